import HostSystem
import KernelProbe
import Testing

@testable import querent

/// The reasons why a trace cannot start, on different hosts.
struct HostFactsTests {
  private static let good = HostFacts(
    release: "6.1.0-18-amd64", hasBTF: true, cgroupMount: "/sys/fs/cgroup",
    capabilities: [.toAttach, .sysPtrace], lockdown: "none")

  private static func host(_ change: (inout HostFacts) -> Void) -> HostFacts {
    var facts = good
    change(&facts)
    return facts
  }

  @Test(
    arguments: [
      ("6.3.0", Tier.tracepoint, "tracepoint_send"), ("5.15.0-97-generic", .trampoline, "trampoline_send"),
      ("5.14.21", .trampoline, nil), ("6.12.0", .cgroup, nil),
    ] as [(String, Tier, String?)])
  func `lookups over unix sockets are seen by a program that can read the caller's registers`(
    release: String, tier: Tier, program: String?
  ) {
    #expect(Self.host { $0.release = release }.lookupProgram(tier) == program)
  }

  @Test func `a host with all requirements gives its cgroup`() throws {
    #expect(try Self.good.usableCgroup() == "/sys/fs/cgroup")
    #expect(Self.good.missingCapabilities.isEmpty)
  }

  @Test(arguments: [
    (host { $0.release = "5.7.19" }, "kernel 5.7.19 is too old", Exit.unsupported),
    (host { $0.release = "4.19.0-27-amd64" }, "kernel 4.19.0-27-amd64 is too old", .unsupported),
    (host { $0.release = "unknown" }, "kernel unknown is too old", .unsupported),
    (
      host { $0.hasBTF = false }, "this kernel has no BTF: /sys/kernel/btf/vmlinux does not exist",
      .unsupported
    ),
    (host { $0.lockdown = "confidentiality" }, "lockdown mode confidentiality forbids BPF", .unsupported),
    (host { $0.capabilities = [.bpf, .netAdmin] }, "needs root to load its kernel programs", .permission),
    (host { $0.cgroupMount = nil }, "cgroup v2 is not mounted", .unsupported),
  ])
  func `a missing requirement is reported with advice and an exit code`(
    facts: HostFacts, what: String, code: Exit
  ) {
    #expect {
      try facts.usableCgroup()
    } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.what == what && failure.code == code && !failure.advice.isEmpty
    }
  }

  @Test(arguments: [
    ("5.8.0", true), ("5.10.0-32-cloud-amd64", true), ("10.0", true), ("5.7", false), ("6", false),
  ])
  func `kernels from 5.8 are new enough`(release: String, isNewEnough: Bool) {
    #expect(Self.host { $0.release = release }.isNewEnough == isNewEnough)
  }
}

/// Times, ports and sizes on the command line.
struct ArgumentTests {
  @Test(arguments: [
    ("250us", 250_000), ("100ms", 100_000_000), ("5s", 5_000_000_000), ("1.5m", 90_000_000_000),
    ("1h", 3_600_000_000_000), ("0s", 0), ("7ns", 7),
  ])
  func `a time has a number and a unit`(text: String, nanoseconds: Int64) {
    #expect(DurationArgument(argument: text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: ["", "5", "s", "-5s", "5 s", "5sec", "1e3s", "99999999999h", "1.2.3s"])
  func `anything else is not a time`(text: String) {
    #expect(DurationArgument(argument: text) == nil)
  }

  @Test(arguments: [("53", [53]), ("53,5353", [53, 5353]), ("65535", [65535])])
  func `ports are numbers separated by commas`(text: String, ports: [UInt16]) {
    #expect(Ports(argument: text)?.numbers == Set(ports))
  }

  @Test(arguments: ["", "0", "53,", ",53", "65536", "dns", "53;54"])
  func `anything else is not a list of ports`(text: String) {
    #expect(Ports(argument: text) == nil)
  }

  @Test(arguments: [("64K", 65536), ("1M", 1 << 20), ("16M", 1 << 24), ("1G", 1 << 30), ("131072", 131072)])
  func `a ring's size is a power of two from 64K to 1G`(text: String, octets: UInt32) {
    #expect(RingSize(argument: text)?.octets == octets)
  }

  @Test(arguments: ["", "32K", "3M", "2G", "M", "-1M", "16m"])
  func `anything else is not a ring size`(text: String) {
    #expect(RingSize(argument: text) == nil)
  }
}
