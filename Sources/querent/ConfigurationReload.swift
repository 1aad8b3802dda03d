import ArgumentParser
import Correlation
import HostSystem
import Synchronization
import TraceModel
import TracePipeline

/// A request to read the configuration again; any thread may make it.
final class ReloadRequest: Sendable {
  private let requested = Atomic(false)

  var isRequested: Bool { requested.load(ordering: .acquiring) }
  func request() { requested.store(true, ordering: .releasing) }
  func take() -> Bool { requested.exchange(false, ordering: .acquiringAndReleasing) }
}

/// Reads the configuration file again while the trace runs: takes its filters, and opens output files again that were renamed.
final class ConfigurationReload: TraceObserver {
  private var file: ConfigurationFile
  private let commandLine: [String]
  private var outputs: [any TraceOutput] = []
  let request = ReloadRequest()

  var path: String { file.path }

  /// - Parameter commandLine: options that replace those of the file.
  init(_ file: ConfigurationFile, commandLine: [String]) {
    self.file = file
    self.commandLine = commandLine
  }

  func begin(_ outputs: [any TraceOutput]) { self.outputs = outputs }

  var isDue: Bool { request.isRequested }

  func observe(_ ledger: Ledger) {
    guard request.take() else { return }
    for output in outputs { output.reopen() }
    do throws(Failure) {
      let next = try ConfigurationFile(path)
      let trace = try next.trace(commandLine: commandLine)
      let filter = try trace.filters.filter(showing: trace.show.unit)
      for output in outputs { output.select(filter) }
      let others = next.text.changes(since: file.text).filter { !FilterOptions.has($0) }
      file = next
      let rest = others.isEmpty ? "" : "; after a restart: \(others.joined(separator: ", "))"
      Terminal.write("querent: took the filters of \(path)\(rest)\n", to: 2)
    } catch {
      Terminal.write("querent: \(path) is not taken, the filters stay: \(error.what)\n", to: 2)
    }
  }
}

extension ConfigurationText {
  /// The options that another text gives other values, or does not have, in the order of their names.
  func changes(since other: ConfigurationText) -> [String] {
    let (new, old) = (values, other.values)
    return Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }.sorted()
  }

  private var values: [String: [String]] {
    Dictionary(entries.map { ($0.key, $0.values) }) { first, _ in first }
  }
}

extension FilterOptions {
  /// Whether an option is a filter.
  fileprivate static func has(_ option: String) -> Bool {
    do {
      _ = try parse(["--\(option)"])
      return true
    } catch {
      return !message(for: error).contains("Unknown option")
    }
  }
}
