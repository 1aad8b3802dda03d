import Bytes
import PacketDecoding
import TraceModel

/// A client's connection to a resolver: calls that wait for their replies, which arrive in the same order.
struct Connection: Sendable {
  private let recognition: Recognition
  private var calls = HeldOctets()
  private var replies = HeldOctets()
  private var pending: [PendingCall] = []
  var lastTime = Timestamp(nanoseconds: .min)

  private static let mostPending = 64
  /// For one message in several parts, in octets.
  private static let mostHeld = 32_768

  init(_ recognition: Recognition) { self.recognition = recognition }

  /// Whether nothing is lost if it is removed.
  var isIdle: Bool { pending.isEmpty && calls.octets.isEmpty && replies.octets.isEmpty }

  /// The octets that it holds.
  var cost: Int {
    256 + calls.octets.count + replies.octets.count + pending.reduce(0) { $0 + 512 + $1.message.count }
  }

  /// Releases the octets that it holds.
  mutating func drop(_ ledger: inout Ledger) {
    ledger.recount(.unassembled, packets: calls.packets + replies.packets)
  }
}

/// Octets of a stream that are not a complete message yet, and the number of their packets.
private struct HeldOctets: Sendable {
  var octets: [UInt8] = []
  var packets = 0

  mutating func append(_ packet: borrowing PacketView) { octets.append(contentsOf: packet.octets) }
}

private struct PendingCall: Sendable {
  /// Nil if the call is not shown.
  let question: LookupQuestion?
  let id: UInt16
  /// The query, as a DNS message.
  let message: [UInt8]
  /// The client's.
  let context: MessageContext
  /// Whether the server's copy of the query has been passed on.
  var isReceived = false
}

// MARK: The client's calls

extension Connection {
  mutating func takeCalls<Receiver: PayloadReceiver & ~Copyable>(
    _ packet: borrowing PacketView, _ callCount: inout UInt16, into receiver: inout Receiver,
    ledger: inout Ledger
  ) -> PacketOutcome {
    calls.append(packet)
    var outcome = PacketOutcome.continuing
    var rest = calls.octets[...]
    while !rest.isEmpty {
      let framed = recognition == .nscd ? NSCD.call(rest) : Varlink.call(rest)
      guard case .message(let call, let length) = framed else {
        if case .malformed = framed { return .malformed }
        break
      }
      rest = rest.dropFirst(length)
      if outcome != .messageCompleting { outcome = .foreign }
      guard call != .unanswered else { continue }
      guard pending.count < Self.mostPending else { return .unassembled }
      guard case .question(let question) = call else {
        pending.append(PendingCall(question: nil, id: 0, message: [], context: context(packet, length: 0)))
        continue
      }
      callCount &+= 1
      let asked = PendingCall(
        question: question, id: callCount, message: question.message(id: callCount),
        context: context(packet, length: length))
      pending.append(asked)
      outcome = .messageCompleting
      receiver.receive(asked.message, asked.context, ledger: &ledger)
    }
    return hold(rest, \.calls, outcome)
  }

  /// The server has received: this thread has the queries.
  ///
  /// - Returns: whether there were any.
  mutating func receive<Receiver: PayloadReceiver & ~Copyable>(
    _ packet: borrowing PacketView, into receiver: inout Receiver, ledger: inout Ledger
  ) -> Bool {
    var isAny = false
    for index in pending.indices where pending[index].question != nil && !pending[index].isReceived {
      giveToServer(index, packet, into: &receiver, ledger: &ledger)
      isAny = true
    }
    return isAny
  }

  private mutating func giveToServer<Receiver: PayloadReceiver & ~Copyable>(
    _ index: Int, _ packet: borrowing PacketView, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    pending[index].isReceived = true
    var context = context(packet, length: pending[index].context.length)
    context.direction = .ingress
    receiver.receive(pending[index].message, context, ledger: &ledger)
  }
}

// MARK: The server's replies

extension Connection {
  mutating func takeReplies<Receiver: PayloadReceiver & ~Copyable>(
    _ packet: borrowing PacketView, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    replies.append(packet)
    var outcome = PacketOutcome.continuing
    var rest = replies.octets[...]
    while !rest.isEmpty {
      // More replies than calls.
      guard let call = pending.first else { return .malformed }
      let framed =
        recognition == .nscd
        ? NSCD.reply(rest, to: call.question) : Varlink.reply(rest, to: call.question)
      guard case .message(let reply, let length) = framed else {
        if case .malformed = framed { return .malformed }
        break
      }
      rest = rest.dropFirst(length)
      if outcome != .messageCompleting { outcome = .foreign }
      if case .partial = reply { continue }
      if case .answer(let answer) = reply, let question = call.question {
        if !call.isReceived { giveToServer(0, packet, into: &receiver, ledger: &ledger) }
        give(answer.message(to: question, id: call.id), to: call, packet, length, &receiver, &ledger)
        outcome = .messageCompleting
      }
      pending.removeFirst()
    }
    return hold(rest, \.replies, outcome)
  }

  /// Passes an answer twice: as the server sends it, and as the client receives it.
  private func give<Receiver: PayloadReceiver & ~Copyable>(
    _ message: [UInt8], to call: PendingCall, _ packet: borrowing PacketView, _ length: Int,
    _ receiver: inout Receiver, _ ledger: inout Ledger
  ) {
    var server = context(packet, length: length)
    server.direction = .egress
    receiver.receive(message, server, ledger: &ledger)
    var client = call.context
    client.direction = .ingress
    client.length = length
    client.time = packet.header.time
    receiver.receive(message, client, ledger: &ledger)
  }

  private func context(_ packet: borrowing PacketView, length: Int) -> MessageContext {
    let header = packet.header
    return MessageContext(
      flow: .unix, length: length, time: header.time, direction: header.direction,
      socketCookie: header.socketCookie, networkNamespace: header.networkNamespace, recognition: recognition,
      attribution: packet.attribution, isInTarget: header.isInTarget)
  }

  /// Stores an incomplete message.
  private mutating func hold(
    _ rest: ArraySlice<UInt8>, _ stream: WritableKeyPath<Connection, HeldOctets>, _ outcome: PacketOutcome
  ) -> PacketOutcome {
    guard rest.count <= Self.mostHeld else { return .unassembled }
    let isWholly = outcome == .continuing
    self[keyPath: stream].packets = isWholly ? self[keyPath: stream].packets + 1 : 0
    self[keyPath: stream].octets = Array(rest)
    return outcome
  }
}

extension PayloadReceiver where Self: ~Copyable {
  fileprivate mutating func receive(_ message: [UInt8], _ context: MessageContext, ledger: inout Ledger) {
    let contexts: InlineArray<1, _> = [context]
    receive(DNSPayload(message.span, contexts.span), ledger: &ledger)
  }
}
