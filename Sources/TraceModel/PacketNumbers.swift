/// The numbers of the packets of a message or an exchange, in the order of their arrival; a single number needs no
/// allocation.
package struct PacketNumbers: Hashable, Sendable {
  /// 0 if there is none.
  package private(set) var first: UInt64
  package private(set) var others: [UInt64] = []

  package init() { first = 0 }

  /// - Parameter number: from 1; 0 for a packet without one.
  package init(_ number: UInt64) { first = number }

  package var isEmpty: Bool { first == 0 }
  package var last: UInt64? { others.last ?? (first > 0 ? first : nil) }

  package static func += (numbers: inout PacketNumbers, more: PacketNumbers) {
    guard !numbers.isEmpty else { return numbers = more }
    guard !more.isEmpty else { return }
    numbers.others.append(more.first)
    numbers.others += more.others
  }

  package static func + (numbers: PacketNumbers, more: PacketNumbers) -> PacketNumbers {
    var sum = numbers
    sum += more
    return sum
  }

  package var array: [UInt64] { isEmpty ? [] : [first] + others }
}
