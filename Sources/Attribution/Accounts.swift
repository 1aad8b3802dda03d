/// Names of users and groups, looked up once and cached.
struct Accounts: Sendable {
  private let files: any HostFiles
  private var users: [UInt32: String?] = [:]
  private var groups: [UInt32: String?] = [:]
  private static let limit = 4096

  init(_ files: any HostFiles) { self.files = files }

  mutating func user(_ uid: UInt32) -> String? {
    if let name = users[uid] { return name }
    if users.count >= Self.limit { users.removeAll() }
    let name = files.user(uid)
    users[uid] = .some(name)
    return name
  }

  mutating func group(_ gid: UInt32) -> String? {
    if let name = groups[gid] { return name }
    if groups.count >= Self.limit { groups.removeAll() }
    let name = files.group(gid)
    groups[gid] = .some(name)
    return name
  }
}
