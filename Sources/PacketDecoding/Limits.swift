/// The bounds of everything that waits for further packets; times in nanoseconds.
package struct Limits: Hashable, Sendable {
  /// How long the first fragment of a datagram may wait for the others: as long as in Linux, and
  /// half of the time in RFC 8200 §4.5.
  package var fragmentTime: Int64 = 30_000_000_000
  /// Incomplete datagrams.
  package var maxDatagrams = 1024
  /// Octets held in fragments of all datagrams together.
  package var maxFragmentBytes = 2 << 20
  /// Fragments held of one datagram.
  package var maxFragmentsPerDatagram = 128

  /// How long a TCP stream is remembered without a packet; live streams may end without one.
  package var idleTime: Int64 = 120_000_000_000
  /// How long a gap in a TCP stream may remain.
  package var gapTime: Int64 = 10_000_000_000
  /// TCP streams remembered, one for each direction of a connection.
  package var maxStreams = 8192
  /// Octets of all TCP streams together: incomplete messages, segments behind a gap, and the table of streams.
  package var maxStreamBytes = 8 << 20
  /// Octets held behind a gap of one TCP stream, and the widest gap that is waited for.
  package var maxHeldBytes = 256 << 10
  /// Segments held behind a gap of one TCP stream.
  package var maxHeldSegments = 64

  /// Tunnels inside tunnels.
  package var maxNesting = 4

  package init() {}
}
