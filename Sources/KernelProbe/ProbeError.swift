/// Why the kernel programs could not be set up.
package struct ProbeError: Error, Sendable {
  package enum Step: String, Sendable {
    case open = "open the kernel programs"
    case load = "load the kernel programs"
    case attach = "attach the kernel programs"
    case ring = "map the ring buffer"
    case cgroup = "open the cgroup"
    case interface = "open a packet socket"
    case tier = "use the requested tier"
  }

  package var step: Step
  /// The kernel's errno, positive.
  package var errno: Int32
  /// The program that was refused, if one was.
  package var program: String?
  /// The complete output of libbpf and the verifier.
  package var log: String

  init(_ step: Step, errno: Int32, program: String? = nil, log: String = "") {
    self.step = step
    self.errno = errno
    self.program = program
    self.log = log
  }

  /// The verifier's reason, the line before its statistics; or what libbpf did not find in this kernel.
  package var verdict: String? {
    let lines = log.split(separator: "\n").map(String.init)
    if let end = lines.lastIndex(where: { $0.hasPrefix("processed ") }), end > 0 { return lines[end - 1] }
    // Of a refused tier the reason of the load; otherwise the caller prints errno's text too.
    let isReason = { (line: String) in
      line.contains("failed to find") || step == .tier && line.contains("load failed: ")
    }
    return lines.first(where: isReason).map { String($0.trimmingPrefix("libbpf: ")) }
  }
}
