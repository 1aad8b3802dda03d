import FoundationEssentials

/// A file of the page, which the build has embedded from `Page`.
package struct PageFile: Sendable {
  package let name: String
  package let mediaType: String
  package let octets: [UInt8]
  /// Changes with the octets; quoted, as ETag has it (RFC 9110 §8.8.3).
  package let tag: String

  /// All files by their names.
  package static let all: [String: PageFile] = {
    let files = EmbeddedFiles.all.map { PageFile("\($0.name)", base64: "\($0.base64)") }
    return Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  private init(_ name: String, base64: String) {
    self.name = name
    octets = Data(base64Encoded: base64).map(Array.init) ?? []
    mediaType =
      switch name.split(separator: ".").last {
      case "html": "text/html; charset=utf-8"
      case "css": "text/css; charset=utf-8"
      case "js": "text/javascript; charset=utf-8"
      case "svg": "image/svg+xml"
      case "json": "application/json"
      default: "application/octet-stream"
      }
    // FNV-1a: it tells versions apart, and protects nothing.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01b3 }
    tag = "\"\(String(hash, radix: 16))\""
  }
}
