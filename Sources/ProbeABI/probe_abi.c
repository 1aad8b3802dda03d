#include "probe_abi.h"
