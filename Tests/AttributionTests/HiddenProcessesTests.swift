import ProcFS
import Testing

struct HiddenProcessesTests {
  @Test(arguments: [
    ("proc /proc proc rw,nosuid 0 0", false), ("proc /proc proc rw,hidepid=0 0 0", false),
    ("proc /proc proc rw,hidepid=invisible 0 0", false), ("proc /proc proc rw,gid=0,hidepid=2 0 0", false),
    ("proc /proc proc rw,gid=26,hidepid=invisible 0 0", true),
    ("proc /proc proc rw,hidepid=ptraceable 0 0", true),
    ("tmpfs /run tmpfs rw 0 0\nproc /proc proc rw,hidepid=4 0 0", true), ("", false),
  ])
  func `hidepid hides processes from root without the right to trace, unless root's group is excepted`(
    mounts: String, hides: Bool
  ) {
    #expect(ProcFS.hidesProcesses(mounts: mounts) == hides)
  }
}
