import Foundation
import TraceModel
import Testing

@testable import Attribution

/// A process that has ended before /proc is read.
struct EndedProcessTests {
  @Test func `it has its parent's cgroup only if the kernel recorded that one`() throws {
    let proc = try FakeProc()
    let id = String(repeating: "0f", count: 32)
    let mount = proc.root + "/mount"
    let path = "/machine.slice/libpod-\(id).scope"
    try FileManager.default.createDirectory(atPath: mount + path, withIntermediateDirectories: true)
    let attributes = try FileManager.default.attributesOfItem(atPath: mount + path)
    let inode = try #require(attributes[.systemFileNumber] as? UInt64)
    try proc.add(7, cgroup: "0::\(path)\n")
    var reader = ProcessReader(
      root: proc.root, arguments: .included, records: NoExecutionRecords(), cgroupMount: mount)
    #expect(reader.details(of: .sample(pid: 42, parent: 7, cgroup: inode + 1)).cgroup == nil)
    let details = reader.details(of: .sample(pid: 42, parent: 7, cgroup: inode))
    #expect(details.cgroup == path)
    #expect(details.container?.id == id)
  }
}
