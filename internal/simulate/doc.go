// Package simulate runs a scalable target over a trace of demand, before
// anybody applies it: a trace and a setting go in, and what would have happened
// comes out, with what it costs and when there was too little.
//
//	trace ─► demand ─► metrics ─► engine (alarms, policies, schedules) ─► capacity
//	                      ▲                                                 │
//	                      └──────────────── divided by ─────────────────────┘
//
// The engine is the one that the local AWS runs, so a simulation and the lab
// decide alike. What is added here is the world around it: how demand becomes
// the metrics that policies watch ([Kind]), how long capacity takes to arrive,
// and what all of it comes to ([report.SimulationSummary]).
//
// [Run] is one run, [Tune] searches settings for the least cost that keeps a
// service level, and [Sensitivity] says how much of a result rests on what AWS
// does not document. The same input gives the same output, on any number of
// processors.
package simulate
