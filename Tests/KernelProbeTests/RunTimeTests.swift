import Foundation
import KernelProbe
import Lab
import ProcFS
import Testing

/// How long the kernel programs run, as the kernel counts it.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct RunTimeTests {
  @Test func `the run time of each attached program is counted if the plan asks for it`()
    throws
  {
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    let silent = try Probe(plan)
    #expect(silent.runTimes() == nil)
    plan.countsRunTime = true
    let namespace = try Namespace()
    let counting = try Probe(plan)
    let before = try #require(counting.runTimes())
    #expect(Set(before.map(\.program)) == Set(counting.report.programs))
    let client = try namespace.python(
      """
      import socket
      a, b = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
      a.bind(("127.0.0.1", 9999))
      for _ in range(100): b.sendto(b"x", ("127.0.0.1", 9999)); a.recv(1)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    let after = try #require(counting.runTimes())
    for name in ["tap_egress", "tap_ingress"] {
      let (old, new) = (before.first { $0.program == name }, after.first { $0.program == name })
      let runs = (new?.runs ?? 0) - (old?.runs ?? 0)
      let nanoseconds = (new?.nanoseconds ?? 0) - (old?.nanoseconds ?? 0)
      #expect(runs >= 100, "\(name)")
      // A run takes tens of nanoseconds at least.
      #expect(nanoseconds / 10 > runs, "\(name)")
    }
  }
}
