import Foundation
import Lab
import Synchronization
import SystemPackage
import Testing

@testable import HostSystem

/// Threads, descriptors, single files and the guard of a cgroup.
struct ProcessTests {
  @Test func `join returns after the closure has ended, and may be called again`() throws {
    let hasRun = Atomic(false)
    let thread = try HostSystem.Thread { hasRun.store(true, ordering: .releasing) }
    thread.join()
    let didRun = hasRun.load(ordering: .acquiring)
    #expect(didRun)
    thread.join()
  }

  @Test func `a pipe carries octets, and started programs do not inherit it`() throws {
    let (reading, writing) = try FileDescriptors.pipe()
    defer { close(reading) }
    #expect(FileDescriptors.isWritable(writing) && !FileDescriptors.isWritable(reading))
    let listing = try Running(["sh", "-c", "readlink /proc/self/fd/* 2>/dev/null; readlink /proc/$$/fd/*"])
    listing.wait()
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(writing)")
    #expect(!listing.text.contains(link))
    Terminal.write("octets", to: writing)
    close(writing)
    let handle = FileHandle(fileDescriptor: reading)
    #expect(handle.readDataToEndOfFile() == Data("octets".utf8))
  }

  @Test func `a failed operation on a file throws the system call's error`() throws {
    let folder = try Folder()
    let path = folder.path("directory")
    try FileSystem.makeDirectory(path)
    #expect(throws: Errno.fileExists) { try FileSystem.makeDirectory(path) }
    #expect(throws: Errno.isDirectory) { try FileSystem.write("text", to: path) }
    #expect(FileManager.default.fileExists(atPath: path))
    try FileSystem.removeDirectory(path)
    #expect(throws: Errno.noSuchFileOrDirectory) { try FileSystem.removeDirectory(path) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try FileSystem.write("text", to: path) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try FileSystem.checkCreation(in: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test(arguments: [("a/b", "a"), ("/a", "/"), ("a", "."), ("/a/b/c", "/a/b")])
  func `the directory part of a path ends before its last slash:`(_ path: String, _ directory: String) {
    #expect(FileSystem.directory(of: path) == directory)
  }

  @Test(.enabled(if: Requirements.isRoot, "needs root"))
  func
    `in its private namespaces a thread has a replaced file and loopback only, and other threads have neither`()
    throws
  {
    let folder = try Folder()
    let path = folder.path("file")
    try "host's".write(toFile: path, atomically: true, encoding: .utf8)
    let (text, networks) = try PrivateThread.run {
      try PrivateNamespaces.enter()
      try PrivateNamespaces.replaceFile(path, with: "private")
      let networks = try String(contentsOfFile: "/proc/thread-self/net/dev", encoding: .utf8)
      return (try String(contentsOfFile: path, encoding: .utf8), networks)
    }
    #expect(text == "private")
    #expect(networks.split(separator: "\n").filter { $0.contains(":") }.count == 1)
    #expect(networks.contains("lo:"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "host's")
  }

  @Test(.enabled(if: Requirements.isRoot, "needs root"))
  func `a loopback server answers datagrams and streams; a port in use is an error`() throws {
    let text = try PrivateThread.run {
      try PrivateNamespaces.enter()
      for family in [LoopbackServer.Family.v4, .v6] {
        try LoopbackServer.datagrams(family, port: 53) { $0.reversed() }
        try LoopbackServer.streams(family, port: 53) { $0.reversed() }
        do throws(Errno) {
          try LoopbackServer.datagrams(family, port: 53) { _ in nil }
          throw .invalidArgument
        } catch {
          guard error == .addressInUse else { throw error }
        }
      }
      let client = try Running([
        "python3", "-c",
        """
        import socket
        for family, host in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
            s = socket.socket(family, socket.SOCK_DGRAM); s.settimeout(60); s.connect((host, 53)); s.send(b"abc")
            print(s.recv(512).decode())
            s = socket.create_connection((host, 53), 60); s.sendall(b"\\0\\3abc\\0\\2xy")
            answer = b""
            while len(answer) < 9: answer += s.recv(512)
            print(answer)
        """,
      ])
      guard client.wait() == 0 else { throw LabError(client.errorText) }
      return client.text
    }
    #expect(text == String(repeating: "cba\nb'\\x00\\x03cba\\x00\\x02yx'\n", count: 2))
  }
}
