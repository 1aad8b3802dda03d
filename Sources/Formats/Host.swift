import Bytes
package import TraceModel

/// The properties of the host and of this run that formats need, as values: a format makes no system calls.
package struct Host: Sendable {
  package var name: String?
  /// /etc/machine-id.
  package var machineID: String?
  /// /proc/sys/kernel/random/boot_id.
  package var bootID: String?
  /// The time at which the boot clock was zero.
  package var bootTime: Timestamp
  /// The tier in use; nil when reading a file.
  package var tier: String?
  package var interfaces: InterfaceNames
  /// For local times.
  package var clockOffsets: ClockOffsets

  package init(
    name: String? = nil, machineID: String? = nil, bootID: String? = nil,
    bootTime: Timestamp = Timestamp(nanoseconds: 0), tier: String? = nil,
    interfaces: InterfaceNames = InterfaceNames(), clockOffsets: ClockOffsets = ClockOffsets()
  ) {
    self.name = name
    self.machineID = machineID
    self.bootID = bootID
    self.bootTime = bootTime
    self.tier = tier
    self.interfaces = interfaces
    self.clockOffsets = clockOffsets
  }

  /// Identifies an image permanently: a hash of boot, pid, start time and, if known, exec id; nil if it would not be
  /// unique.
  func entityID(_ image: ProcessImage) -> String? {
    let process = image.process
    // Without a start time a later process with the pid would have the same id.
    guard let bootID, process.startTime > 0 else { return nil }
    var text = ByteWriter(room: 80)
    text.append(text: bootID)
    text.append(UInt8(ascii: "/"))
    text.append(decimal: process.pid)
    text.append(UInt8(ascii: "/"))
    // In hundredths of a second, as /proc shows it.
    text.append(decimal: process.startTime / 10_000_000)
    if image.execID > 0 {
      text.append(UInt8(ascii: "/"))
      text.append(decimal: image.execID)
    }
    let digest = SHA1.digest(of: text.span)
    return ByteWriter.text { text in for index in 0..<3 { text.append(hex: digest[index]) } }
  }
}
