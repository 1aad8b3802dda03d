import Bytes
import Correlation
import DNSWire
import Formats
import HostSystem
import PacketDecoding
import Synchronization
import SystemPackage
import TraceModel

/// Compares the exchanges that were seen with those that are expected.
final class DemoVerifier: Sendable {
  private struct State {
    var expected: [(pid: Int32?, program: String, what: DemoScenario.Expected)] = []
    var seen: [StoredExchange] = []
    var isComplete = false
  }

  private let state = Mutex(State())

  func expect(_ scenario: DemoScenario.Case, of pid: Int32?) {
    state.withLock { state in
      for what in scenario.expected { state.expected.append((pid, scenario.command[0], what)) }
    }
  }

  var isComplete: Bool {
    get { state.withLock { $0.isComplete } }
    set { state.withLock { $0.isComplete = newValue } }
  }

  /// All exchanges that were seen.
  var exchanges: [StoredExchange] { state.withLock { $0.seen } }

  func see(_ exchange: borrowing Exchange) {
    let seen = StoredExchange(copying: exchange)
    state.withLock { $0.seen.append(seen) }
  }

  /// Whether as many exchanges were seen as are expected.
  var hasAll: Bool { state.withLock { $0.isComplete && $0.seen.count >= $0.expected.count } }

  /// One sentence for each expectation that was not met exactly once, and for each unexpected exchange.
  func failures() -> [String] {
    state.withLock { state in
      var failures: [String] = []
      var left = state.seen
      for (pid, program, what) in state.expected {
        guard let pid else {
          failures.append("\(program) could not be started for \(what)")
          continue
        }
        let index = left.firstIndex { exchange in
          what.matches(exchange.view) && exchange.attribution.owner?.identity.pid == pid
            && exchange.attribution.owner?.name.description == program && exchange.role == .client
        }
        if let index {
          left.remove(at: index)
        } else {
          failures.append("no exchange of \(program) (\(pid)): \(what)")
        }
      }
      for exchange in left {
        let owner =
          exchange.attribution.owner.map { "\(Printable($0.name)) (\($0.identity.pid))" } ?? "no process"
        failures.append("unexpected: \(owner) \(exchange.questionText) \(exchange.outcome)")
      }
      return failures
    }
  }
}

extension StoredExchange {
  fileprivate var questionText: String {
    guard let question = view.question else { return "-" }
    return "\(question.qname.presentation()) \(question.qtype)"
  }
}

/// An encoder that passes each exchange to a verifier first.
struct VerifiedEncoder: Encoder {
  var encoder: any Encoder
  let verifier: DemoVerifier
  let seen: @Sendable () -> Void

  init(encoder: any Encoder, verifier: DemoVerifier, seen: @escaping @Sendable () -> Void) {
    self.encoder = encoder
    self.verifier = verifier
    self.seen = seen
  }

  mutating func start(_ output: inout ByteWriter) { encoder.start(&output) }

  mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    verifier.see(shown)
    encoder.encode(shown, sequence: sequence, to: &output)
    seen()
  }

  mutating func finish(_ output: inout ByteWriter) { encoder.finish(&output) }
}
