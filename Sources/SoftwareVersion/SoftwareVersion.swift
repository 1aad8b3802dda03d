/// The version of querent and of querent-server, which are released together.
package enum SoftwareVersion {
  package static let current = "0.1.0"
}
