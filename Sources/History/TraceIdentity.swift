package import Formats
package import TraceModel

/// What is the same for all exchanges of one trace: the host, and who traced it.
package struct TraceIdentity: Sendable {
  package var host: Host
  package var version: String
  package var started: Timestamp

  package init(host: Host, version: String, started: Timestamp) {
    self.host = host
    self.version = version
    self.started = started
  }
}
