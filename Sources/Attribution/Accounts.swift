import Glibc

/// Names of users and groups, looked up once and cached.
struct Accounts: Sendable {
  private var users: [UInt32: String?] = [:]
  private var groups: [UInt32: String?] = [:]
  private static let limit = 4096

  mutating func user(_ uid: UInt32) -> String? {
    if let name = users[uid] { return name }
    if users.count >= Self.limit { users.removeAll() }
    // SAFETY: entry, buffer and size are local, and the name is copied before they are freed.
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16384)
    let result = unsafe getpwuid_r(uid, &entry, &text, text.count, &found)
    let name = unsafe result == 0 && found != nil ? unsafe String(cString: entry.pw_name) : nil
    users[uid] = .some(name)
    return name
  }

  mutating func group(_ gid: UInt32) -> String? {
    if let name = groups[gid] { return name }
    if groups.count >= Self.limit { groups.removeAll() }
    var entry = unsafe Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var text = [CChar](repeating: 0, count: 16384)
    // SAFETY: as above.
    let result = unsafe getgrgid_r(gid, &entry, &text, text.count, &found)
    let name = unsafe result == 0 && found != nil ? unsafe String(cString: entry.gr_name) : nil
    groups[gid] = .some(name)
    return name
  }
}
