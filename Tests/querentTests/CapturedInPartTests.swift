import Foundation
import Lab
import Testing

/// Captures with only the start of each packet, as `tcpdump -s` writes them.
struct CapturedInPartTests {
  /// A pcap file of one answer with four addresses, of which the first 56 octets of the message were captured.
  private static func file() -> [UInt8] {
    let record: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
    let message: [UInt8] =
      [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 4, 0, 0, 0, 0] + [
        3, 119, 119, 119, 4, 116, 101, 115, 116, 0, 0, 1, 0, 1,
      ]
      + record + record + record + record
    let length = UInt8(28 + message.count)
    let packet: [UInt8] =
      [0x45, 0, 0, length, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 53, 192, 0, 2, 1]
      + [0, 53, 0x9c, 0x40, 0, length - 20, 0, 0] + message
    let captured = 28 + 56
    return [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 84, 0, 0, 0, 101, 0, 0, 0]
      + [1, 0, 0, 0, 0, 0, 0, 0, UInt8(captured), 0, 0, 0, length, 0, 0, 0] + packet.prefix(captured)
  }

  private func read(_ format: String) throws -> Running {
    let folder = try Folder()
    let path = folder.path("cut.pcap")
    try Data(Self.file()).write(to: URL(filePath: path))
    let read = try Running([Trace.command, "read", "--format", format, path])
    #expect(read.wait() == 0, "\(read.errorText)")
    return read
  }

  @Test func `a message that was captured in part is marked in its record and counted in the ledger`()
    throws
  {
    let json = try read("json")
    let record = try Record(json.text)
    #expect(json.text.contains(#""transport":{"truncated_capture":true}"#), "\(json.text)")
    #expect(record.answers == ["192.0.2.1"])
    #expect(record[integer: "destination.bytes"] == 90)
    #expect(json.errorText.contains("of these  1 shortened"), "\(json.errorText)")
    #expect(json.errorText.contains("every packet and message accounted for"))
    #expect(try read("eve").text.contains(#""transport":{"truncated_capture":true}"#))
    #expect(try read("keyvalue").text.contains(" DNS_CAPTURE=cut"))
    #expect(try read("table").text.contains(" (cut) 192.0.2.1 (unsolicited)"))
  }
}
