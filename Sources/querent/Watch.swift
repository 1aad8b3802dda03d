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
      let (target, format) = try show.destination(otherwise: 1)
      Signals.hold()
      // What is busy asking would else leave too little for whom is told of it, and packets would be lost.
      Place.raisePriority()
      let session = try Session(
        show: show, filter: filter, kernel: kernel, tap: kernel.tap(on: .current()))
      Capabilities.keepOnly(target.isReopened ? [.toWatch, .dacOverride] : .toWatch)
      try session.stopOnSignals()
      let ending = try session.run(
        to: target, encoder: session.encoder(format, for: target), started: session.announce)
      Terminal.write("querent: ended\n\(ending.ledger.text)", to: 2)
      if ending.code != .success { throw ExitCode(ending.code.rawValue) }
    } catch let failure as Failure {
      throw failure.leave()
    }
  }
}
