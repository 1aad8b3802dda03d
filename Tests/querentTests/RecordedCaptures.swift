import Foundation

/// The captures beside the repository, and how much an independent decoder finds in them.
enum RecordedCaptures {
  static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../../shared/captures").standardized

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  static let reason = "no captures at ../shared/captures"

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Name, packets, messages; see Tests/PacketsTests/CaptureFileTests.swift, which says where they are from.
  static let all: [(name: String, packets: Int, messages: Int)] = [
    ("dns-collector/dnsdump_ip4_fragmented+udp.pcap", 3, 2),
    ("dns-collector/dnsdump_ip4_fragmented_query.pcap", 4, 2),
    ("dns-collector/dnsdump_ip6_fragmented+udp.pcap", 3, 2),
    ("dns-collector/dnsdump_ip6_fragmented_query.pcap", 2, 1),
    ("dns-collector/dnsdump_tcp.pcap", 50, 10),
    ("dns-collector/dnsdump_tcp_fastopen.pcap", 32, 8),
    ("dns-collector/dnsdump_udp+tcp.pcap", 12, 4),
    ("dns-collector/dnsdump_udp.pcap", 33, 33),
    ("dns-collector/dnsdump_udp_truncated+tcp_fragmented.pcap", 30, 4),
    ("zeek/conn-count-too-large.pcap", 1, 1),
    ("zeek/dns-binds.pcap", 2, 2),
    ("zeek/dns-caa.pcap", 2, 2),
    ("zeek/dns-corrupt.pcap", 2, 2),
    ("zeek/dns-edns-bad-length.pcap", 1, 1),
    ("zeek/dns-edns-cookie.pcap", 20, 4),
    ("zeek/dns-edns-ecs-bad.pcap", 4, 3),
    ("zeek/dns-edns-ecs-weirds.pcap", 5, 5),
    ("zeek/dns-edns-ecs.pcap", 89, 85),
    ("zeek/dns-edns-tcp-keepalive.pcap", 20, 4),
    ("zeek/dns-https.pcap", 2, 2),
    ("zeek/dns-huge-ttl.pcap", 1, 1),
    ("zeek/dns-invalid-names.pcap", 3, 3),
    ("zeek/dns-inverse-query.pcap", 11, 2),
    ("zeek/dns-spf.pcap", 2, 2),
    ("zeek/dns-svcb-rdlength-mismatch.pcap", 1, 1),
    ("zeek/dns-svcb.pcap", 2, 2),
    ("zeek/dns-tsig.pcap", 2, 2),
    ("zeek/dns-two-responses.pcap", 3, 3),
    ("zeek/dns-txt-multiple.pcap", 2, 2),
    ("zeek/dns-wks.pcap", 2, 2),
    ("zeek/dns-zero-RRs.pcap", 2, 2),
    ("zeek/dns53.pcap", 1, 1),
    ("zeek/dns_extended_rcode.pcap", 2, 2),
    ("zeek/dns_notify2.pcap", 4, 4),
    ("zeek/dns_original_case.pcap", 1, 1),
    ("zeek/dnskey.pcap", 2, 2),
    ("zeek/dnskey2.pcap", 2, 2),
    ("zeek/ds.pcap", 2, 2),
    ("zeek/dynamic-update.pcap", 4, 4),
    ("zeek/ech.pcap", 4, 4),
    ("zeek/ed25519.no.pcap", 4, 4),
    ("zeek/ed448.no.pcap", 4, 4),
    ("zeek/geneve-vxlan-dns-truncated.pcap", 2, 2),
    ("zeek/hinfo.pcap", 2, 2),
    ("zeek/ipv6-fragmented-dns.pcap", 8, 5),
    ("zeek/loc-29-trunc.pcap", 2, 2),
    ("zeek/loc-invalid-length.pcap", 1, 1),
    ("zeek/long-connection.pcap", 22, 22),
    ("zeek/max-compression-depth.pcap", 1, 1),
    ("zeek/mdns-no-assoc.pcap", 6, 6),
    ("zeek/mdns.pcap", 24, 18),
    ("zeek/naptr.pcap", 2, 2),
    ("zeek/nsec.pcap", 4, 4),
    ("zeek/nsec3.pcap", 2, 2),
    ("zeek/nsec3param.pcap", 2, 2),
    ("zeek/proto255.pcap", 1, 0),
    ("zeek/rrsig.pcap", 7, 7),
    ("zeek/sshfp-trunc.pcap", 4, 4),
    ("zeek/svcb-alpn-malformed-len-too-long.pcap", 2, 2),
    ("zeek/svcb-alpn-malformed-len-too-short.pcap", 2, 2),
    ("zeek/svcb-port-malformed.pcap", 2, 2),
    ("zeek/ticks-dns-1hr.pcap", 10, 10),
    ("zeek/ticks-dns.pcap", 10, 10),
    ("zeek/tkey.pcap", 12, 2),
    ("zeek/tm1t.pcap", 4, 4),
  ]
}
