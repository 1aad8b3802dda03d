package import Captures
import CLibBPF
import ProbeABI

/// What a process was started with since querent runs, kept in the kernel.
package struct Execution: Sendable {
  /// The path of the program, as it was given to execve(2) or in the script's first line.
  package var path: String
  /// The arguments, each with a zero octet behind it; cut where they are longer than the kernel half keeps.
  package var arguments: [UInt8]
}

extension Probe {
  /// What the process was started with; nil if it was not seen to start.
  package func execution(of process: ProcessIdentity) -> Execution? {
    var value = [UInt8](repeating: 0, count: MemoryLayout<querent_execution>.size)
    var key = UInt32(bitPattern: process.pid)
    // SAFETY: key and value have the sizes that the ABI header asserts.
    guard unsafe bpf_map_lookup_elem(executionsMap, &key, &value) == 0 else { return nil }
    func number<Number: FixedWidthInteger>(_ field: PartialKeyPath<querent_execution>, _: Number.Type)
      -> Number
    {
      let at = MemoryLayout<querent_execution>.offset(of: field) ?? 0
      // SAFETY: the offset is that of a field of this size inside the value.
      return unsafe value.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: Number.self) }
    }
    guard number(\.start_boottime, UInt64.self) == process.startTime else { return nil }
    let pathStart = MemoryLayout<querent_execution>.offset(of: \.path) ?? 0
    let path = value[pathStart...].prefix(Int(QUERENT_PATH_SIZE)).prefix { $0 != 0 }
    let arguments = value[(pathStart + Int(QUERENT_PATH_SIZE))...]
      .prefix(Int(number(\.arguments_length, UInt32.self)))
    return Execution(path: String(decoding: path, as: UTF8.self), arguments: Array(arguments))
  }
}
