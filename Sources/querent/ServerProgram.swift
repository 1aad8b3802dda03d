import HostSystem
import SystemPackage

/// `querent-server`, the program of what needs a network.
enum ServerProgram {
  private static let name = "querent-server"

  /// - Parameter given: where it is, if that was said.
  static func path(_ given: String?) throws(Failure) -> String {
    if let given { return given }
    let beside = CurrentProcess.executable.map { FileSystem.directory(of: $0) + "/" + name }
    let path = Terminal.variable("PATH")?.split(separator: ":").map { "\($0)/\(name)" } ?? []
    guard let found = ([beside].compactMap { $0 } + path).first(where: FileSystem.isExecutable) else {
      throw Failure(
        "there is no \(name) next to querent or in PATH",
        advice:
          "make serve builds it; the package querent-server has it; --server-program names another place",
        code: .unsupported)
    }
    return found
  }

  /// What it answers to the end of its input; nil when it failed and has said why.
  ///
  /// - Parameter input: at most 64 KiB, which a pipe holds.
  static func answer(_ arguments: [String], input: String) throws(Failure) -> [UInt8]? {
    do throws(Errno) {
      let (reading, writing) = try FileDescriptors.pipe()
      defer { FileDescriptors.close(reading) }
      let child: Child
      do {
        defer { FileDescriptors.close(writing) }
        let statement = try filled(input)
        defer { FileDescriptors.close(statement) }
        do throws(Child.SpawnError) {
          child = try Child(arguments, output: .descriptors(input: statement, output: writing, errors: 2))
        } catch {
          throw error.errno
        }
      }
      var answer: [UInt8] = []
      while let octets = FileDescriptors.read(reading) { answer += octets }
      return child.wait() == 0 ? answer : nil
    } catch {
      throw Failure("can't run \(arguments[0]): \(error)", advice: "check its permissions", code: .failed)
    }
  }

  /// The reading end of a pipe that holds a text.
  private static func filled(_ text: String) throws(Errno) -> Int32 {
    let (reading, writing) = try FileDescriptors.pipe()
    defer { FileDescriptors.close(writing) }
    do throws(Errno) {
      try FileDescriptors.write(Array(text.utf8).span, to: writing)
    } catch {
      FileDescriptors.close(reading)
      throw error
    }
    return reading
  }
}
