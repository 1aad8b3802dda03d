import Synchronization

/// Assigns an index to each interface that files describe; the same name has the same index.
package final class InterfaceTable: Sendable {
  private struct State {
    var names: [String?] = []
    var indices: [String: UInt32] = [:]
  }

  private let state = Mutex(State())
  private static let mostNames = 65_536

  package init() {}

  /// The name of the interface with this index; nil if its file states none.
  package func name(_ index: UInt32) -> String? {
    state.withLock { index > 0 && index <= $0.names.count ? $0.names[Int(index) - 1] : nil }
  }

  /// The index of an interface, from 1; an interface without a name gets a new one.
  func index(_ name: String?) -> UInt32 {
    state.withLock { state in
      if let name, let index = state.indices[name] { return index }
      guard state.names.count < Self.mostNames else { return 0 }
      state.names.append(name)
      let index = UInt32(state.names.count)
      if let name { state.indices[name] = index }
      return index
    }
  }
}
