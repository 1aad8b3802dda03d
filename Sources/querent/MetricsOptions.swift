import ArgumentParser
import Correlation
import HostSystem
import TraceMetrics
import SystemPackage
import TraceModel

/// The options of the metrics for Prometheus.
struct MetricsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write counts of the trace to this file in Prometheus' text format, for node_exporter's textfile collector: name it *.prom.",
      valueName: "file"))
  var metrics: String?

  @Option(help: ArgumentHelp("With --metrics: write the file anew after this time.", valueName: "time"))
  var metricsInterval = DurationArgument(nanoseconds: 15_000_000_000)

  @Option(
    help: ArgumentHelp(
      "With --metrics: give this server a histogram of its own; may be given more than once.",
      valueName: "address"))
  var metricsServer: [String] = []

  @Flag(
    help:
      "With --metrics: also the run times of the kernel programs. The kernel then reads the clock twice for every run of every BPF program on the host."
  )
  var metricsRunTime = false

  /// Servers with a histogram of their own: each is a few lines of every version.
  private static let mostServers = 100

  func validate() throws {
    guard metrics != nil else {
      if !metricsServer.isEmpty { throw ValidationError("--metrics-server requires --metrics.") }
      if metricsRunTime { throw ValidationError("--metrics-run-time requires --metrics.") }
      return
    }
    if metricsInterval.nanoseconds < 100_000_000 {
      throw ValidationError("--metrics-interval must be at least 100ms.")
    }
    if metricsServer.count > Self.mostServers {
      throw ValidationError("--metrics-server may be given \(Self.mostServers) times at most.")
    }
    if let text = metricsServer.first(where: { IPAddress($0) == nil }) {
      throw ValidationError("--metrics-server \(text) is not an IP address.")
    }
  }

  /// The checked output; nil without --metrics.
  ///
  /// - Parameters:
  ///   - filter: which exchanges are counted.
  ///   - outputs: what else is written.
  func output(counting filter: Filter = Filter(), beside outputs: [OutputPlan]) throws(Failure)
    -> MetricsOutput?
  {
    guard let metrics else { return nil }
    for case .file(let file) in outputs.map(\.target) where file.path == metrics {
      throw Failure("the metrics are also an output: \(metrics)", advice: "give another file", code: .usage)
    }
    let file: FileReplacer
    do throws(FileReplacer.Refusal) {
      file = try FileReplacer(metrics, replacing: MetricsPage.head) {
        Terminal.write("querent: \($0)\n", to: 2)
      }
    } catch {
      throw Failure(error, metrics)
    }
    return MetricsOutput(
      MetricsSubscriber(servers: metricsServer.compactMap { IPAddress($0) }, filter: filter), to: file,
      every: metricsInterval.nanoseconds)
  }
}

extension Failure {
  fileprivate init(_ refusal: FileReplacer.Refusal, _ path: String) {
    let (why, advice) =
      switch refusal {
      case .symbolicLink: ("is a symbolic link", "give the path of its target")
      case .notRegular: ("is not a file", "give the name of a file for --metrics")
      case .foreign: ("has other contents than querent's metrics", "give another name, or remove it")
      case .failed(let error): ("can't be written: \(error)", "check the directory and its permissions")
      }
    self.init("\(path) \(why)", advice: advice, code: .output)
  }
}
