package import Bytes
package import Correlation
package import Formats
import Synchronization

/// The host whose exchanges are shown at the moment: a history holds those of many traces, and of many boots.
package final class CurrentHost: Sendable {
  private let state: Mutex<(number: Int, host: Host)>

  package init(_ host: Host) { state = Mutex((0, host)) }

  var value: (number: Int, host: Host) { state.withLock { $0 } }

  func set(_ host: Host) { state.withLock { $0 = ($0.number + 1, host) } }
}

/// An encoder that is made anew for each host.
package struct HostedEncoder: Encoder {
  private let current: CurrentHost
  private let make: @Sendable (Host) -> any Encoder
  private var number: Int
  private var encoder: any Encoder

  package init(_ current: CurrentHost, _ make: @escaping @Sendable (Host) -> any Encoder) {
    self.current = current
    self.make = make
    let (number, host) = current.value
    self.number = number
    encoder = make(host)
  }

  package var takesLookups: Bool { encoder.takesLookups }

  package mutating func start(_ output: inout ByteWriter) { encoder.start(&output) }

  package mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    let (number, host) = current.value
    if number != self.number {
      self.number = number
      encoder = make(host)
    }
    encoder.encode(shown, sequence: sequence, to: &output)
  }

  package mutating func finish(_ output: inout ByteWriter) { encoder.finish(&output) }
}
