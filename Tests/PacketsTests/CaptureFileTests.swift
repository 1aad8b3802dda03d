import Captures
import Foundation
import Packets
import Testing

/// Captures that nobody here made, against what an independent decoder finds in them.
struct CaptureFileTests {
  static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../../shared/captures").standardized

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  struct File: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var packets: Int
    var messages: Int
    var unassembled: UInt64 = 0
  }

  // Packets: capinfos -c. Messages, with tshark 4.0.17:
  //   tshark -r FILE -Y 'dns||mdns||llmnr' -T fields -e dns.id | tr , '\n' | grep -c .
  static let files = [
    File(testDescription: "dns-collector/dnsdump_ip4_fragmented+udp.pcap", packets: 3, messages: 2),
    File(testDescription: "dns-collector/dnsdump_ip4_fragmented_query.pcap", packets: 4, messages: 2),
    File(testDescription: "dns-collector/dnsdump_ip6_fragmented+udp.pcap", packets: 3, messages: 2),
    File(testDescription: "dns-collector/dnsdump_ip6_fragmented_query.pcap", packets: 2, messages: 1),
    File(testDescription: "dns-collector/dnsdump_tcp.pcap", packets: 50, messages: 10),
    File(testDescription: "dns-collector/dnsdump_tcp_fastopen.pcap", packets: 32, messages: 8),
    File(testDescription: "dns-collector/dnsdump_udp+tcp.pcap", packets: 12, messages: 4),
    File(testDescription: "dns-collector/dnsdump_udp.pcap", packets: 33, messages: 33),
    File(
      testDescription: "dns-collector/dnsdump_udp_truncated+tcp_fragmented.pcap", packets: 30, messages: 4),
    File(testDescription: "zeek/conn-count-too-large.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dns-binds.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-caa.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-corrupt.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-edns-bad-length.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dns-edns-cookie.pcap", packets: 20, messages: 4),
    // tshark shows a fourth message, in a packet whose IPv6 length goes beyond the frame on the
    // wire. No receiver takes that (RFC 8200 §3 leaves no doubt what the length means).
    File(testDescription: "zeek/dns-edns-ecs-bad.pcap", packets: 4, messages: 3),
    File(testDescription: "zeek/dns-edns-ecs-weirds.pcap", packets: 5, messages: 5),
    File(testDescription: "zeek/dns-edns-ecs.pcap", packets: 89, messages: 85),
    File(testDescription: "zeek/dns-edns-tcp-keepalive.pcap", packets: 20, messages: 4),
    File(testDescription: "zeek/dns-https.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-huge-ttl.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dns-invalid-names.pcap", packets: 3, messages: 3),
    File(testDescription: "zeek/dns-inverse-query.pcap", packets: 11, messages: 2),
    File(testDescription: "zeek/dns-spf.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-svcb-rdlength-mismatch.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dns-svcb.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-tsig.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-two-responses.pcap", packets: 3, messages: 3),
    File(testDescription: "zeek/dns-txt-multiple.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-wks.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns-zero-RRs.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns53.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dns_extended_rcode.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dns_notify2.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/dns_original_case.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/dnskey.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dnskey2.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/ds.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/dynamic-update.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/ech.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/ed25519.no.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/ed448.no.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/geneve-vxlan-dns-truncated.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/hinfo.pcap", packets: 2, messages: 2),
    // The fourth packet is the end of a datagram whose beginning is not in the file.
    File(testDescription: "zeek/ipv6-fragmented-dns.pcap", packets: 8, messages: 5, unassembled: 1),
    File(testDescription: "zeek/loc-29-trunc.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/loc-invalid-length.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/long-connection.pcap", packets: 22, messages: 22),
    File(testDescription: "zeek/max-compression-depth.pcap", packets: 1, messages: 1),
    File(testDescription: "zeek/mdns-no-assoc.pcap", packets: 6, messages: 6),
    File(testDescription: "zeek/mdns.pcap", packets: 24, messages: 18),
    File(testDescription: "zeek/naptr.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/nsec.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/nsec3.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/nsec3param.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/proto255.pcap", packets: 1, messages: 0),
    File(testDescription: "zeek/rrsig.pcap", packets: 7, messages: 7),
    File(testDescription: "zeek/sshfp-trunc.pcap", packets: 4, messages: 4),
    File(testDescription: "zeek/svcb-alpn-malformed-len-too-long.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/svcb-alpn-malformed-len-too-short.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/svcb-port-malformed.pcap", packets: 2, messages: 2),
    File(testDescription: "zeek/ticks-dns-1hr.pcap", packets: 10, messages: 10),
    File(testDescription: "zeek/ticks-dns.pcap", packets: 10, messages: 10),
    File(testDescription: "zeek/tkey.pcap", packets: 12, messages: 2),
    File(testDescription: "zeek/tm1t.pcap", packets: 4, messages: 4),
  ]

  @Test(.enabled(if: isThere, "no captures at ../shared/captures"), arguments: files)
  func `as many messages come out as tshark finds in`(_ file: File) throws {
    var bench = Bench()
    let captures = try PcapFile.captures(at: Self.folder.appending(path: file.testDescription))
    #expect(captures.count == file.packets)
    bench.push(captures)
    bench.finish()
    #expect(bench.payloads.count == file.messages)
    #expect(bench.ledger.recognised == UInt64(file.packets))
    #expect(bench.ledger.unassembled == file.unassembled)
  }

  @Test(.enabled(if: isThere, "no captures at ../shared/captures"), arguments: files)
  func `a stream that is captured twice is delivered once in`(_ file: File) throws {
    let captures = try PcapFile.captures(at: Self.folder.appending(path: file.testDescription))
    var straight = Bench()
    straight.push(captures)
    straight.finish()
    var doubled = Bench()
    for capture in captures {
      doubled.push(capture)
      // As a capture on two interfaces shows it; a datagram is a message each time.
      if isTCP(capture) { doubled.push(capture) }
    }
    doubled.finish()
    #expect(doubled.messages == straight.messages)
  }

  /// Whether it is TCP in IPv4 or IPv6 in Ethernet with nothing between, as in these files.
  private func isTCP(_ capture: Capture) -> Bool {
    guard capture.link == .ethernet, capture.bytes.count > 34 else { return false }
    return capture.bytes[14] >> 4 == 4 ? capture.bytes[23] == 6 : capture.bytes[20] == 6
  }
}
