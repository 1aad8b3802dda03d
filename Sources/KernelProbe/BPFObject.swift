import Bytes
import CLibBPF
import Glibc
import ProbeABI

/// The BPF object: the kernel programs and maps, opened, and in the kernel after `load`.
///
/// libbpf's object is freed with this value. The kernel then frees every program and map that no link
/// uses.
@safe
struct BPFObject: ~Copyable {
  private let pointer: OpaquePointer

  /// Opens the object that is embedded in the binary.
  init() throws(ProbeError) {
    querent_log_start()
    let image = Base64.decode(ProbeObject.base64)
    // SAFETY: libbpf copies the image before the closure returns.
    let opened = unsafe image.withUnsafeBytes { bytes in
      unsafe bpf_object__open_mem(bytes.baseAddress, bytes.count, nil)
    }
    guard let opened = unsafe opened else { throw ProbeError(.open, errno: errno, log: Self.log()) }
    unsafe pointer = opened
  }

  deinit {
    // SAFETY: opened in init, never handed out, closed only here.
    unsafe bpf_object__close(pointer)
  }

  /// The text that libbpf has printed since this object was opened.
  static func log() -> String {
    // SAFETY: always NUL-terminated, and written only during calls into libbpf.
    unsafe String(cString: querent_log_text())
  }

  func setConfig(_ plan: ProbePlan) throws(ProbeError) {
    guard let map = unsafe map(".rodata.config") else { throw ProbeError(.open, errno: ENOENT) }
    var size = 0
    // SAFETY: before load the initial value is a private mapping of `size` octets, zero-filled.
    let start = unsafe bpf_map__initial_value(map, &size)
    guard let start = unsafe start, size >= QUERENT_CONFIG_SIZE else {
      throw ProbeError(.open, errno: EINVAL)
    }
    // SAFETY: the size was compared above, and the section is aligned for its only member.
    let octets = unsafe UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(mutating: start), count: size)
    for port in plan.dnsPorts {
      unsafe octets[QUERENT_DNS_PORTS_OFFSET + Int(port >> 3)] |= 1 << UInt8(port & 7)
    }
    if let at = MemoryLayout<querent_config>.offset(of: \.only_namespace) {
      unsafe octets.storeBytes(of: plan.onlyNamespace ?? 0, toByteOffset: at, as: UInt32.self)
    }
    if let at = MemoryLayout<querent_config>.offset(of: \.any_port) {
      unsafe octets[at] = plan.anyPort ? 1 : 0
    }
    if let at = MemoryLayout<querent_config>.offset(of: \.callers_by_address) {
      unsafe octets[at] = plan.callersByAddress ? 1 : 0
    }
    if let at = MemoryLayout<querent_config>.offset(of: \.target_cgroup) {
      unsafe octets.storeBytes(of: plan.target ?? 0, toByteOffset: at, as: UInt64.self)
    }
    for name in plan.unusedMaps {
      // SAFETY: a map of this object, before load.
      if let map = unsafe self.map(name) { unsafe bpf_map__set_autocreate(map, false) }
    }
    guard let ring = unsafe self.map("ring"), unsafe bpf_map__set_max_entries(ring, plan.ringSize) == 0
    else { throw ProbeError(.ring, errno: EINVAL) }
  }

  /// Selects the programs that `load` loads.
  func select(_ names: Set<String>) {
    // SAFETY: libbpf's own iteration over the object that this value owns.
    var program = unsafe bpf_object__next_program(pointer, nil)
    while let current = unsafe program {
      let name = unsafe String(cString: bpf_program__name(current))
      unsafe bpf_program__set_autoload(current, names.contains(name))
      unsafe program = bpf_object__next_program(pointer, current)
    }
  }

  func load() throws(ProbeError) {
    // SAFETY: the object is open; errors come back as a negative errno.
    let result = unsafe bpf_object__load(pointer)
    guard result != 0 else { return }
    let log = Self.log()
    throw ProbeError(.load, errno: -result, program: Self.refusedProgram(in: log), log: log)
  }

  /// The program that could not be loaded. libbpf names it only in its warnings.
  static func refusedProgram(in log: String) -> String? {
    for line in log.split(separator: "\n").reversed() {
      let parts = line.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
      if parts.count == 3, parts[0].hasSuffix("prog ") { return String(parts[1]) }
    }
    return nil
  }

  func isLoaded(_ name: String) -> Bool {
    // SAFETY: for a program that was not loaded the result is a negative errno.
    guard let program = unsafe program(name) else { return false }
    return unsafe bpf_program__fd(program) >= 0
  }

  /// The descriptor of a loaded program; it belongs to the object.
  func programDescriptor(_ name: String) -> Int32 {
    // SAFETY: as for `isLoaded`.
    guard let program = unsafe program(name) else { return -1 }
    return unsafe bpf_program__fd(program)
  }

  func program(_ name: String) -> OpaquePointer? {
    // SAFETY: the result is valid as long as the object; the callers use it only while they own the object.
    unsafe bpf_object__find_program_by_name(pointer, name)
  }

  func map(_ name: String) -> OpaquePointer? {
    // SAFETY: as for `program`.
    unsafe bpf_object__find_map_by_name(pointer, name)
  }

  /// The descriptor of a loaded map; it belongs to the object.
  func mapDescriptor(_ name: String) -> Int32 {
    // SAFETY: a loaded map has a descriptor; otherwise the result is a negative errno.
    guard let map = unsafe map(name) else { return -1 }
    return unsafe bpf_map__fd(map)
  }
}

/// A program attached to its hook; it is detached when the last reference is released.
@safe
final class Link {
  private let pointer: OpaquePointer

  // SAFETY: called only by the functions below, each with a link that libbpf has just created.
  private init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit {
    // SAFETY: created by libbpf in one of the functions below and destroyed only here.
    _ = unsafe bpf_link__destroy(pointer)
  }

  /// Attaches a program to the hook that its section names.
  static func attach(_ name: String, of object: borrowing BPFObject) throws(ProbeError) -> Link {
    // SAFETY: the program belongs to the object, which outlives this call.
    guard object.isLoaded(name), let program = unsafe object.program(name) else {
      throw ProbeError(.attach, errno: ENOENT, program: name)
    }
    guard let link = unsafe bpf_program__attach(program) else {
      throw ProbeError(.attach, errno: errno, program: name, log: BPFObject.log())
    }
    return unsafe Link(link)
  }

  /// Attaches a cgroup program to a cgroup v2 directory with a link, so that the kernel detaches it when the process ends.
  static func attach(
    _ name: String, of object: borrowing BPFObject, cgroup: borrowing Descriptor
  ) throws(ProbeError) -> Link {
    // SAFETY: as above; the descriptor is borrowed for the call.
    guard object.isLoaded(name), let program = unsafe object.program(name) else {
      throw ProbeError(.attach, errno: ENOENT, program: name)
    }
    guard let link = unsafe bpf_program__attach_cgroup(program, cgroup.number) else {
      throw ProbeError(.attach, errno: errno, program: name, log: BPFObject.log())
    }
    return unsafe Link(link)
  }

  /// Runs an iterator program once over all objects.
  func runIterator() throws(ProbeError) {
    // SAFETY: the link is open; this function owns the descriptor that it returns.
    let number = unsafe bpf_iter_create(bpf_link__fd(pointer))
    guard number >= 0 else { throw ProbeError(.attach, errno: errno, program: "backfill") }
    let descriptor = Descriptor(owning: number)
    var byte: UInt8 = 0
    // The program writes nothing: the first read runs it over all objects and returns 0.
    // SAFETY: the buffer is one octet long.
    while unsafe read(descriptor.number, &byte, 1) > 0 {}
  }
}
