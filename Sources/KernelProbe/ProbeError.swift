/// Why the kernel half could not be set up.
package struct ProbeError: Error, Sendable {
  package enum Step: String, Sendable {
    case open = "open the kernel programs"
    case load = "load the kernel programs"
    case attach = "attach the kernel programs"
    case ring = "map the ring buffer"
    case cgroup = "open the cgroup"
    case interface = "open a packet socket"
    case tier = "use the tier that was asked for"
  }

  package var step: Step
  /// The kernel's errno, positive.
  package var errno: Int32
  /// The program that was refused, if one was.
  package var program: String?
  /// What libbpf and the verifier said, complete.
  package var log: String

  init(_ step: Step, errno: Int32, program: String? = nil, log: String = "") {
    self.step = step
    self.errno = errno
    self.program = program
    self.log = log
  }

  /// The verifier's own last word, the line before its statistics; or what libbpf did not find in this kernel.
  package var verdict: String? {
    let lines = log.split(separator: "\n").map(String.init)
    if let end = lines.lastIndex(where: { $0.hasPrefix("processed ") }), end > 0 { return lines[end - 1] }
    // A tier that is refused must say why; elsewhere errno's text stands beside this.
    let isTelling = { (line: String) in
      line.contains("failed to find") || step == .tier && line.contains("load failed: ")
    }
    return lines.first(where: isTelling).map { String($0.trimmingPrefix("libbpf: ")) }
  }
}
