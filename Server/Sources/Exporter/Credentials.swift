/// Users and passwords by host, from a file in the format that curl, git and ftp read as ~/.netrc.
package struct Credentials: Sendable {
  package struct Entry: Sendable, Equatable {
    /// Nil for a token, which is sent as `Authorization: Bearer`.
    package var user: String?
    package var password: String
  }

  /// By `machine`; nil stands for `default`.
  private var entries: [(machine: String?, entry: Entry)] = []

  package init() {}

  /// Nil where the text is not in that format.
  package init?(netrc text: String) {
    var words: [Substring] = []
    for line in text.split(separator: "\n")
    where !line.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix("#") {
      words += line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    }
    var rest = words[...]
    while let word = rest.popFirst() {
      let machine: String?
      switch word {
      case "machine":
        guard let name = rest.popFirst() else { return nil }
        machine = String(name)
      case "default": machine = nil
      default: return nil
      }
      var (user, password): (String?, String?)
      while let key = rest.first, key != "machine", key != "default" {
        guard rest.count >= 2 else { return nil }
        let value = String(rest[rest.startIndex + 1])
        switch key {
        case "login": user = value
        case "password": password = value
        case "account": break
        default: return nil
        }
        rest = rest.dropFirst(2)
      }
      guard let password else { return nil }
      entries.append((machine, Entry(user: user, password: password)))
    }
  }

  /// What is sent to a host.
  ///
  /// - Parameter user: the one in the URL; an entry of another user is not taken.
  package func entry(for host: String, user: String?) -> Entry? {
    entries.first { machine, entry in
      (machine == nil || machine == host) && (user == nil || entry.user == nil || entry.user == user)
    }?.entry
  }
}
