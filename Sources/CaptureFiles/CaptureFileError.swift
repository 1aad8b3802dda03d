/// Why a capture file cannot be read further, with the offset of the record or field in octets.
package struct CaptureFileError: Error, Hashable, Sendable {
  package var reason: Reason
  /// Offset in the file, or in the decompressed file.
  package var offset: UInt64

  package init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }

  package enum Reason: Hashable, Sendable {
    case empty
    case foreign
    case compressed
    case modified
    case version(major: UInt16, minor: UInt16)
    case byteOrder
    case cut
    case packetTooLong(UInt32)
    case blockTooLong(UInt32)
    case blockTooShort(UInt32)
    case blockLength(UInt32)
    case lengthsDiffer
    case packetBeyondBlock(UInt32)
    case noInterface(UInt32)
    case tooManyInterfaces
  }
}

extension CaptureFileError: CustomStringConvertible {
  package var description: String { "\(reason) (at octet \(offset))" }
}

extension CaptureFileError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "the file is empty"
    case .foreign: "this is neither pcap nor pcapng"
    case .compressed: "this is compressed more than once"
    case .modified:
      "this is the modified pcap of old Linux kernels (0xa1b2cd34), whose records differ from system to system"
    case .version(let major, let minor): "version \(major).\(minor) of the format is unknown"
    case .byteOrder: "a section header has no byte-order magic"
    case .cut: "the file ends inside a record"
    case .packetTooLong(let length): "a packet claims to have \(length) octets"
    case .blockTooLong(let length): "a block claims to have \(length) octets"
    case .blockTooShort(let length): "a block of \(length) octets is too short for its type"
    case .blockLength(let length): "a block's length is \(length), which is not a multiple of 4"
    case .lengthsDiffer: "the two lengths of a block differ"
    case .packetBeyondBlock(let length): "a packet of \(length) octets is longer than its block"
    case .noInterface(let number): "a packet names interface \(number), which the file does not describe"
    case .tooManyInterfaces: "the file describes more than \(PcapngSection.mostInterfaces) interfaces"
    }
  }
}
