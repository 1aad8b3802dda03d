import Synchronization

/// The names of interfaces. A source adds them before the packets of each interface; formats read them.
package final class InterfaceNames: Sendable {
  private struct Key: Hashable {
    var index: UInt32
    var networkNamespace: UInt32
  }

  private struct State {
    var names: [Key: String] = [:]
    /// The indexes assigned to the names in files.
    var indexes: [String: UInt32] = [:]
    var lastIndex: UInt32 = 0
  }

  private let state = Mutex(State())
  /// The maximum number of names; further interfaces have no name.
  private static let mostNames = 65_536

  package init() {}

  /// The name of an interface of a network namespace; nil if it is not known.
  package func name(_ index: UInt32, _ networkNamespace: UInt32) -> String? {
    guard index > 0 else { return nil }
    return state.withLock {
      $0.names[Key(index: index, networkNamespace: networkNamespace)]
        ?? $0.names[Key(index: index, networkNamespace: 0)]
    }
  }

  /// Sets the name of an interface. The indexes in files are the same for every namespace; their namespace is 0.
  package func set(_ name: String, for index: UInt32, _ networkNamespace: UInt32 = 0) {
    state.withLock { state in
      guard state.names.count < Self.mostNames else { return }
      state.names[Key(index: index, networkNamespace: networkNamespace)] = name
    }
  }

  /// Assigns an index, from 1, to an interface that a file describes: the same index for the same name, a new one for each
  /// interface without a name; 0 beyond the bound.
  package func index(of name: String?) -> UInt32 {
    state.withLock { state in
      if let name, let index = state.indexes[name] { return index }
      guard state.lastIndex < Self.mostNames else { return 0 }
      state.lastIndex += 1
      if let name {
        state.indexes[name] = state.lastIndex
        state.names[Key(index: state.lastIndex, networkNamespace: 0)] = name
      }
      return state.lastIndex
    }
  }
}
