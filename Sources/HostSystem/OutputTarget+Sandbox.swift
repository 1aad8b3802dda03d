extension OutputTarget {
  /// Allows what writing to it takes while the trace runs. A file is open already; it is removed again if it was created here and a
  /// command does not start.
  package func allow(in sandbox: inout Sandbox) {
    switch self {
    case .descriptor: break
    case .file(let file):
      if sandbox.reopensFiles, file.isRegular {
        sandbox.rules.append(Sandbox.Rule(FileSystem.directory(of: file.path), [.write, .create]))
        // The directory may be another user's.
        sandbox.capabilities.insert(.dacOverride)
      }
      guard sandbox.hasChildren, file.isCreated else { return }
      sandbox.rules.append(Sandbox.Rule(FileSystem.directory(of: file.path), .remove))
    case .files(let series):
      sandbox.rules.append(Sandbox.Rule(series.directory, [.read, .replace]))
      // The directory may be another user's.
      sandbox.capabilities.insert(.dacOverride)
    case .collector:
      sandbox.connects = true
      sandbox.capabilities.insert(.dacOverride)
    }
  }
}
