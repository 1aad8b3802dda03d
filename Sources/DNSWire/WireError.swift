/// Why octets are not a DNS message, and the offset of the error.
package struct WireError: Error, Equatable, Sendable {
  package let reason: Reason
  /// Octets from the start of the message.
  package let offset: Int

  package enum Reason: Equatable, BitwiseCopyable, Sendable {
    /// Fewer than the 12 octets of a header (RFC 1035 §4.1.1).
    case shortHeader
    /// More octets than the length prefix of DNS over TCP allows (RFC 1035 §4.2.2).
    case messageTooLong
    /// The message ends inside a question, or before all questions that the header counts.
    case truncatedQuestion
    /// A query has no question, or a message ends before its first question.
    case missingQuestion
    /// Only the header looks like DNS: a class or type is not in use, or octets follow the last record.
    case onlyHeader
    /// The message ends inside a resource record, or before all records that the header counts.
    case truncatedRecord
    /// A compression pointer to labels that overlap the name with the pointer.
    case overlappingName
    /// More than 255 octets (RFC 1035 §2.3.4).
    case nameTooLong
    /// The length octet of a label starts with the bits 01 or 10 (RFC 1035 §4.1.4, RFC 6891 §5).
    case reservedLabelType
    /// A compression pointer that does not point to an earlier name (RFC 1035 §4.1.4).
    case forwardPointer
    /// More compression pointers in one name than a name can have labels.
    case tooManyPointers
    /// The fields of the rdata do not end where RDLENGTH states.
    case rdataLength(RecordType)
    /// A field of the rdata has a value that the type's format does not allow.
    case malformedRData(RecordType)
  }

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension WireError: CustomStringConvertible {
  package var description: String { "\(reason) at octet \(offset)" }
}

extension WireError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .shortHeader: "header shorter than 12 octets"
    case .messageTooLong: "message longer than 65535 octets"
    case .truncatedQuestion: "message ends before its last question"
    case .missingQuestion: "no question"
    case .onlyHeader: "only the header looks like DNS"
    case .truncatedRecord: "message ends before its last record"
    case .overlappingName: "compression pointer into the name itself"
    case .nameTooLong: "name longer than 255 octets"
    case .reservedLabelType: "reserved label type"
    case .forwardPointer: "compression pointer does not point backwards"
    case .tooManyPointers: "more compression pointers than labels fit in a name"
    case .rdataLength(let type): "rdata of \(type) does not fit its length"
    case .malformedRData(let type): "malformed rdata of \(type)"
    }
  }
}
