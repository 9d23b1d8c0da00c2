package sagemaker

import (
	"strconv"
	"strings"
	"time"
)

// Workload is what requests cost the models of the local cloud. Nothing is
// computed by them, so the load of an instance follows from its requests.
type Workload struct {
	// Latency is how long a request takes. Default: 100 ms.
	Latency time.Duration
	// Processor is how long a request keeps one processor busy. Default: 50 ms.
	Processor time.Duration
	// Memory is how full the memory is without requests, in percent. Default:
	// 30.
	Memory float64
	// MemoryPerRequest is how much each concurrent request adds, in percent.
	// Default: 1.
	MemoryPerRequest float64
}

func (w Workload) withDefaults() Workload {
	if w.Latency == 0 {
		w.Latency = 100 * time.Millisecond
	}
	if w.Processor == 0 {
		w.Processor = 50 * time.Millisecond
	}
	if w.Memory == 0 {
		w.Memory = 30
	}
	if w.MemoryPerRequest == 0 {
		w.MemoryPerRequest = 1
	}
	return w
}

// cores returns the number of processors of an instance type as its size says
// (ml.m5.xlarge has 4, ml.m5.4xlarge has 16), and 2 where it does not.
func cores(instanceType string) float64 {
	size := instanceType[strings.LastIndex(instanceType, ".")+1:]
	times, ok := strings.CutSuffix(size, "xlarge")
	if !ok {
		return 2
	}
	if times == "" {
		return 4
	}
	n, err := strconv.Atoi(times)
	if err != nil {
		return 2
	}
	return 4 * float64(n)
}
