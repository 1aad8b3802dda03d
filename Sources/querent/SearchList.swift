import DNSWire
import ProcFS

/// The search list of resolv.conf(5): domains that a resolver adds to names with few dots.
enum SearchList {
  static func current() -> [OwnedName] { ProcFS.text("/etc/resolv.conf").map(domains) ?? [] }

  /// The domains of the last line that begins with `search` or `domain`.
  static func domains(in text: String) -> [OwnedName] {
    var domains: [OwnedName] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard let key = words.first, key == "search" || key == "domain" else { continue }
      domains = words.dropFirst().compactMap { OwnedName(String($0)) }
    }
    return domains
  }
}
