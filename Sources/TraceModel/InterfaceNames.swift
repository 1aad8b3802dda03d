import Synchronization

/// The names of interfaces, as a source states them before the packets of each: what formats know of interfaces.
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
  /// What is beyond has no name.
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

  /// States the name of an interface; of one in a file, whose indexes count for every namespace, the namespace is 0.
  package func set(_ name: String, for index: UInt32, _ networkNamespace: UInt32 = 0) {
    state.withLock { state in
      guard state.names.count < Self.mostNames else { return }
      state.names[Key(index: index, networkNamespace: networkNamespace)] = name
    }
  }

  /// Assigns an index, from 1, to an interface that a file describes: the same to the same name, another to each without
  /// a name; 0 beyond the bound.
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
