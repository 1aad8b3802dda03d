/// Finds where cgroup v2 is mounted, and the cgroup of a process.
package enum ControlGroups {
  /// The mount point of cgroup v2, from /proc/self/mountinfo (proc(5)); hybrid hosts have it
  /// below the v1 hierarchies.
  package static func mountPoint(mountInfo text: String? = ProcFS.text("/proc/self/mountinfo")) -> String? {
    for line in lines(text ?? "") {
      let halves = line.split(separator: " - ", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let fields = halves[0].split(separator: " ")
      // The root of the mount must be the root of the hierarchy; otherwise the tap would miss sockets.
      guard halves[1].split(separator: " ").first == "cgroup2", fields.count > 4, fields[3] == "/" else {
        continue
      }
      return unescape(fields[4])
    }
    return nil
  }

  /// The path in cgroup v2 from the text of /proc/PID/cgroup: the line that starts with `0::`.
  package static func path(_ text: String) -> String? {
    for line in lines(text) where line.hasPrefix("0::") {
      let path = line.dropFirst(3)
      // The kernel marks a removed cgroup this way.
      return String(path.hasSuffix(" (deleted)") ? path.dropLast(10) : path)
    }
    return nil
  }

  /// Whether a directory has the file that every cgroup of cgroup v2 has, and none of v1 (cgroups(7)).
  package static func isControlGroup(_ path: String) -> Bool {
    ProcFS.text(path + "/cgroup.controllers") != nil
  }

  /// Splits by octets: in a String, a carriage return and a newline are one character.
  private static func lines(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// mountinfo escapes space, tab, newline and backslash as a backslash and three octal digits.
  private static func unescape(_ field: Substring) -> String {
    var octets: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let first = rest.popFirst() {
      if first == UInt8(ascii: "\\"), rest.count >= 3,
        let octet = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        octets.append(octet)
        rest = rest.dropFirst(3)
      } else {
        octets.append(first)
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
