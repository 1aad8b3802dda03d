package import TraceModel
import CLibBPF
import ProbeABI

extension Probe {
  /// What the image was started with; nil if that was not recorded or was evicted.
  package func execution(of image: ProcessImage) -> Execution? {
    var value = [UInt8](repeating: 0, count: MemoryLayout<querent_execution>.size)
    var key = querent_image(image)
    // SAFETY: key and value have the sizes that the ABI header asserts.
    guard unsafe bpf_map_lookup_elem(executionsMap, &key, &value) == 0 else { return nil }
    return Execution(octets: value)
  }

  /// The image that called execve(2): this one, or that of the ancestor from which it was forked; nil if not recorded.
  package func origin(of image: ProcessImage) -> ProcessImage? {
    var value = querent_image()
    var key = querent_image(image)
    // SAFETY: as above.
    guard unsafe bpf_map_lookup_elem(originsMap, &key, &value) == 0 else { return nil }
    return ProcessImage(value)
  }
}

extension Execution {
  /// Parses a `querent_execution`.
  fileprivate init(octets: [UInt8]) {
    func length(_ field: PartialKeyPath<querent_execution>, atMost limit: Int) -> Int {
      let at = MemoryLayout<querent_execution>.offset(of: field) ?? 0
      // SAFETY: the offset is that of a field of this size inside the value.
      let number = unsafe octets.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: at, as: UInt32.self)
      }
      return min(Int(number), limit)
    }
    let path = MemoryLayout<querent_execution>.offset(of: \.path) ?? 0
    let pathLength = length(\.path_length, atMost: QUERENT_PATH_SIZE)
    let components = octets[path...].prefix(pathLength).split(separator: 0)
    let executable = components.reversed().map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
    let argumentsLength = length(\.arguments_length, atMost: QUERENT_ARGUMENTS_SIZE)
    let start = path + QUERENT_PATH_SIZE
    self.init(
      executable: pathLength == 0 ? nil : executable,
      arguments: argumentsLength == 0 ? nil : Array(octets[start...].prefix(argumentsLength)),
      isCut: argumentsLength == QUERENT_ARGUMENTS_SIZE)
  }
}

extension querent_image {
  fileprivate init(_ image: ProcessImage) {
    self.init(
      start_boottime: image.process.startTime, tgid: UInt32(bitPattern: image.process.pid),
      exec_id: image.execID)
  }
}

extension ProcessImage {
  fileprivate init(_ image: querent_image) {
    self.init(
      process: ProcessIdentity(pid: Int32(bitPattern: image.tgid), startTime: image.start_boottime),
      execID: image.exec_id)
  }
}
