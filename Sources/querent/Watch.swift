import ArgumentParser
import Correlation
import HostSystem

/// Traces the whole host until it is stopped.
struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace the whole host (the default).",
    discussion: """
      Ends on Ctrl-C, SIGTERM, --count or --duration; prints then, on standard error, a ledger of everything \
      seen, shown and lost.
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  func run() throws {
    do {
      let filter = try filters.filter(showing: show.unit)
      let (descriptor, format) = try show.destination(otherwise: 1)
      Signals.hold()
      let session = try Session(
        show: show, filter: filter, kernel: kernel, tap: kernel.tap(on: .current()))
      Capabilities.keepOnly(.toWatch)
      session.stopOnSignals()
      let ledger = session.run(to: descriptor, encoder: session.encoder(format, for: descriptor))
      Terminal.write("querent: ended\n\(ledger.text)", to: 2)
    } catch {
      throw error.leave()
    }
  }
}

extension ShowOptions {
  /// The descriptor to write to, and the format that suits it unless one was asked for.
  func destination(otherwise standard: Int32) throws(Failure) -> (Int32, Format) {
    var descriptor = standard
    if let output {
      descriptor = Place.create(output)
      guard descriptor >= 0 else {
        throw Failure(
          "can't create \(output): \(Place.message(-descriptor))",
          advice: "check the folder and its permissions",
          code: .output)
      }
    }
    // Messages and the ledger go to standard error.
    if format == .pcapng, descriptor == 2 || Terminal.isTerminal(descriptor) {
      throw Failure(
        "pcapng is not for a terminal, nor for standard error", advice: "give --output FILE, or a pipe",
        code: .usage)
    }
    return (descriptor, format ?? (Terminal.isTerminal(descriptor) ? .table : .keyvalue))
  }
}
