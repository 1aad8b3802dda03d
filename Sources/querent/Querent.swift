import ArgumentParser
import HostSystem
import SoftwareVersion

/// The entry point.
@main
enum Main {
  static func main() {
    // Before anything else opens a descriptor, which could get the number of a closed standard descriptor.
    FileDescriptors.openStandard()
    MemoryLimit.exitWhenReached(printing: Failure.outOfMemory.text, code: Failure.outOfMemory.code.rawValue)
    Querent.main()
  }
}

/// The command and its subcommands.
struct Querent: ParsableCommand {
  static let version = SoftwareVersion.current

  static let configuration = CommandConfiguration(
    commandName: "querent",
    abstract: "Show for every DNS query on this host which process sent it and which answer it got.",
    discussion: """
      Without arguments, as root, it shows every exchange when it ends:

        sudo querent

      Trace one program and its children only, or show only slow, failed or unanswered exchanges:

        sudo querent run -- curl https://example.com
        sudo querent --failed --name '*.example.com'
        sudo querent --slow 200ms --format json

      Show the exchanges in a capture file, without root:

        querent read --failed dns.pcapng

      DNS is recognised by port and, on other ports, by its shape; over UDP and TCP; in every network \
      namespace. Encrypted DNS (DoT, DoH, DoQ) is not visible.

      EXIT CODES
      \(Exit.allCases.map { "  \($0.rawValue)\($0.rawValue < 10 ? " " : "")  \($0.about)" }.joined(separator: "\n"))
      """,
    version: "querent \(version)",
    subcommands: [
      Watch.self, Serve.self, Run.self, Read.self, AskHistory.self, TopCommand.self, Demo.self, Doctor.self,
      Config.self,
    ],
    defaultSubcommand: Watch.self)
}
