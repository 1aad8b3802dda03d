import Foundation

/// `EmbedBPF CLANG SOURCE OUTPUT INCLUDE...`: compiles a BPF program and writes the object as a Swift file.
///
/// The object is a base64 string and not an array literal: the Swift compiler takes 0.2 s for the string
/// and a hundred times as long for the array.
@main
struct EmbedBPF {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 4 else { throw Failure("usage: EmbedBPF CLANG SOURCE OUTPUT INCLUDE...") }
    let output = URL(fileURLWithPath: arguments[3])
    let object = output.deletingPathExtension().appendingPathExtension("o")
    let machine = try value(of: "uname", ["-m"])
    try run(
      arguments[1],
      [
        // v2 has no 32-bit jumps or fetching atomics, so Linux 5.8 and later accept it.
        "--target=bpf", "-mcpu=v2", "-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
        "-Wno-unused-parameter", "-D__TARGET_ARCH_\(machine == "aarch64" ? "arm64" : "x86")",
      ] + arguments[4...].flatMap { ["-I", $0] } + ["-c", arguments[2], "-o", object.path])
    let base64 = try Data(contentsOf: object).base64EncodedString()
    try """
    // Generated from \(URL(fileURLWithPath: arguments[2]).lastPathComponent) by EmbedBPF.
    enum ProbeObject {
      /// The BPF object file, base64.
      static let base64: StaticString = "\(base64)"
    }

    """.write(to: output, atomically: true, encoding: .utf8)
  }

  private static func run(_ tool: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("clang could not compile the kernel programs; install libbpf-dev for its headers")
    }
  }

  private static func value(of tool: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }
}
