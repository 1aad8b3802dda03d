import Captures
import Correlation
import DNSWire
import Formats
import HostSystem
import Packets

/// The straight line: packets in, octets of shown records out. No clock, no I/O.
struct Line: ~Copyable {
  private var dissector: Dissector
  private var correlator: Correlator
  /// Nil lets everything pass.
  private let filter: Filter?
  private var encoder: any Encoder
  /// Where packets are written instead of records.
  private var packets: PacketSelection?
  private let malformed: Malformed
  private var shownCount: UInt64 = 0
  /// How many records may still be shown.
  private var remaining: Int
  private(set) var ledger = Ledger()

  // Room that is used again for each packet and record.
  private var payloads: [Payload] = []
  private var events: [Event] = []
  private var output: [UInt8] = []
  private static let mostKept = 1024
  /// Where one file follows the other.
  private var rotation: Rotation?
  /// The latest moment that it has been told of.
  private var now = Timestamp(nanoseconds: 0)

  /// What happens to a message that cannot be decoded, besides being counted.
  enum Malformed { case counted, told((String) -> Void) }

  struct Settings {
    var unit = Unit.exchanges
    /// Nanoseconds.
    var timeout: Int64 = 5_000_000_000
    var dnsPorts: Set<UInt16>
    /// Whether what looks like DNS counts on other ports too.
    var isAnyPort = true
    var filter = Filter()
    var count: Int?
    var rotation: Rotation?
  }

  init(_ settings: Settings, encoder: any Encoder, malformed: Malformed = .counted) {
    dissector = Dissector(dnsPorts: PortSet(settings.dnsPorts), isAnyPort: settings.isAnyPort)
    correlator = Correlator(unit: settings.unit, timeout: settings.timeout)
    filter = settings.filter.isEmpty ? nil : settings.filter
    remaining = settings.count ?? .max
    rotation = settings.rotation
    self.encoder = encoder
    packets = (encoder as? PcapngFormat).map { PacketSelection($0, timeout: settings.timeout) }
    self.malformed = malformed
  }

  /// Whether as many records as were asked for have been shown.
  var isDone: Bool { remaining <= 0 }

  /// Hands one shown record over, or what stands before and behind the records; answers whether it was taken.
  typealias Emit = (_ octets: [UInt8], _ messages: UInt64, Output.Mark?) -> Bool

  /// Writes what stands before the first record, unless files begin with their first records.
  mutating func start(_ emit: Emit) { if rotation == nil { begin(nil, emit) } }

  mutating func push(_ capture: borrowing Capture, _ emit: Emit) {
    now = max(now, capture.time)
    guard packets != nil else {
      return step(emit) { line, payloads, _ in
        line.dissector.push(capture, ledger: &line.ledger) { payloads.append($0) }
      }
    }
    var capture = copy capture
    packets?.admit(&capture)
    let before = ledger
    step(emit) { line, payloads, _ in
      line.dissector.push(capture, ledger: &line.ledger) { payloads.append($0) }
      line.packets?.conclude(before, line.ledger, payloads)
    }
    release(emit)
  }

  /// Lets time pass: gaps close, exchanges time out.
  mutating func advance(to now: Timestamp, _ emit: Emit) {
    self.now = max(self.now, now)
    turn(emit)
    step(emit) { line, payloads, _ in
      line.dissector.advance(to: now, ledger: &line.ledger) { payloads.append($0) }
    }
    step(emit) { line, _, events in line.correlator.advance(to: now) { events.append($0) } }
    packets?.advance(to: now)
    release(emit)
  }

  mutating func finish(_ emit: Emit) {
    step(emit) { line, payloads, _ in line.dissector.finish(ledger: &line.ledger) { payloads.append($0) } }
    step(emit) { line, _, events in line.correlator.finish { events.append($0) } }
    packets?.finish()
    release(emit)
    if rotation?.isOpen ?? true { end(emit) }
  }

  /// Adds counts that were made elsewhere: in the kernel, in the queue before the line.
  mutating func enter(_ change: (inout Ledger) -> Void) { change(&ledger) }

  /// Takes back what was handed over and never written.
  mutating func enter(_ remainder: Output.Remainder) {
    ledger.emitted -= remainder.messages
    ledger.unwritten += remainder.messages
  }
}

// MARK: The steps

extension Line {
  private mutating func step(
    _ emit: Emit, _ body: (inout Line, inout [Payload], inout [Event]) -> Void
  ) {
    // Taken out for as long as they are used, and put back empty with their room.
    var payloads: [Payload] = []
    var events: [Event] = []
    swap(&payloads, &self.payloads)
    swap(&events, &self.events)
    body(&self, &payloads, &events)
    // Each is taken out, not copied, so the first must be the last.
    correlator.heldElsewhere = dissector.cost
    if payloads.count > 1 { payloads.reverse() }
    while let payload = payloads.popLast() { decode(payload) { events.append($0) } }
    if events.count > 1 { events.reverse() }
    while let event = events.popLast() { show(event, emit) }
    if payloads.capacity > Self.mostKept { payloads = [] }
    if events.capacity > Self.mostKept { events = [] }
    swap(&payloads, &self.payloads)
    swap(&events, &self.events)
  }

  private mutating func decode(_ payload: Payload, _ body: (Event) -> Void) {
    ledger.messages += 1
    // On a flow that has carried DNS everything is DNS; else a message has to convince by itself.
    let isTrusted = payload.recognition != .shape || dissector.isProven(payload.flow)
    do {
      let observation = try Observation(payload, trust: isTrusted ? .flow : .itself)
      if !isTrusted { dissector.prove(payload.flow) }
      correlator.push(observation, ledger: &ledger, body)
    } catch {
      guard isTrusted else {
        ledger.foreign += 1
        return
      }
      ledger.malformed += 1
      if case .told(let tell) = malformed { tell(Self.description(of: error, payload)) }
    }
  }

  private mutating func show(_ event: Event, _ emit: Emit) {
    let shown = Shown(event, sequence: shownCount + 1)
    let messages = UInt64(shown.exchange.messageCount)
    guard remaining > 0, filter?.matches(shown.exchange) ?? true else {
      ledger.filtered += messages
      packets?.settle(shown.exchange.packets, .unwanted)
      return
    }
    if packets != nil {
      packets?.settle(shown.exchange.packets, .wanted(messages: messages))
      shownCount += 1
      remaining -= 1
      return
    }
    makeReady(emit)
    output.removeAll(keepingCapacity: true)
    encoder.encode(shown, to: &output)
    guard emit(output, messages, nil) else {
      ledger.unwritten += messages
      return
    }
    rotation?.wrote(output.count)
    shownCount += 1
    remaining -= 1
    ledger.emitted += messages
  }

  /// Writes the packets whose turn it is.
  private mutating func release(_ emit: Emit) {
    while packets?.hasReady() == true {
      makeReady(emit)
      guard let (declarations, output, messages) = packets?.release() else { return }
      if !declarations.isEmpty, emit(declarations, 0, .declares) { rotation?.wrote(declarations.count) }
      if emit(output, messages, nil) {
        ledger.emitted += messages
        rotation?.wrote(output.count)
      } else {
        ledger.unwritten += messages
      }
    }
    ledger.unwritten += packets?.takeOwed() ?? 0
  }

  private static func description(of error: WireError, _ payload: Payload) -> String {
    let name = payload.party.owner.map { "\(Printable($0.name)) (\($0.identity.pid))" } ?? "unknown process"
    let flow = payload.flow
    return "malformed: \(error.reason) at octet \(error.offset) of \(payload.range.count), "
      + "\(flow.source.address) port \(flow.source.port) to \(flow.destination.address) port "
      + "\(flow.destination.port), \(name)"
  }
}

// MARK: Files

extension Line {
  /// Ends the open file if it is full or its time is over.
  private mutating func turn(_ emit: Emit) {
    guard rotation?.isDue(at: now) == true else { return }
    end(emit)
    rotation?.close()
  }

  /// Sees to it that there is a file for what comes next.
  private mutating func makeReady(_ emit: Emit) {
    turn(emit)
    guard rotation?.isOpen == false else { return }
    begin(rotation?.open(at: now), emit)
  }

  /// - Parameter name: of the file that begins.
  private mutating func begin(_ name: String?, _ emit: Emit) {
    var output: [UInt8] = []
    if packets != nil { packets?.begin(&output) } else { encoder.start(&output) }
    rotation?.wrote(output.count)
    if !output.isEmpty || name != nil { _ = emit(output, 0, .opens(name)) }
  }

  private mutating func end(_ emit: Emit) {
    var output: [UInt8] = []
    encoder.finish(&output)
    if !output.isEmpty || rotation != nil { _ = emit(output, 0, .closes) }
  }
}

/// A kernel task name that is safe for a terminal.
struct Printable: CustomStringConvertible {
  let description: String

  init(_ name: TaskName) {
    description = name.map { $0 >= 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : "\\\($0)" }.joined()
  }
}
