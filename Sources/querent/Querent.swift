import ArgumentParser
import HostSystem

/// Where the program begins.
@main
enum Main {
  static func main() {
    // Before anything else opens a descriptor, which could get one of their numbers.
    FileDescriptors.openStandard()
    MemoryLimit.exitWhenReached(printing: Failure.outOfMemory.text, code: Failure.outOfMemory.code.rawValue)
    Querent.main()
  }
}

/// The command and its subcommands.
struct Querent: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "querent",
    abstract: "Shows for every DNS query and answer on this host which process asked, and what it was told.",
    discussion: """
      Run as root, without anything else, it shows every exchange as it ends:

        sudo querent

      One program and its children only, or what is slow, failing or unanswered:

        sudo querent run -- curl https://example.com
        sudo querent --failed --name '*.example.com'
        sudo querent --slow 200ms --format json

      What a capture file holds, without root:

        querent read --failed dns.pcapng

      DNS is recognised by port and, on any other port, by its shape; over UDP and TCP; in every network \
      namespace. Encrypted DNS (DoT, DoH, DoQ) is not seen.

      EXIT CODES
      \(Exit.allCases.map { "  \($0.rawValue)\($0.rawValue < 10 ? " " : "")  \($0.about)" }.joined(separator: "\n"))
      """,
    version: "querent \(version)",
    subcommands: [Watch.self, Run.self, Read.self, Demo.self, Doctor.self],
    defaultSubcommand: Watch.self)
}
