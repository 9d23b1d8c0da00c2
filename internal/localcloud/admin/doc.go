// Package admin is how people and programs run a local cloud: they look at it,
// move its clock, send traffic to what it hosts, declare resources, break it, and
// begin again. None of that is AWS's, so it has an API of its own beside the
// services, below /_setpoint/.
//
// An [Admin] is the http.Handler of a cloud with that API: what is not below
// /_setpoint/ is the cloud's. Each endpoint is also a method, for those who are in
// the same process. What goes in and out are the types of this package, as JSON
// over HTTP; times are RFC 3339 and by the cloud's clock, durations are texts such
// as "15m".
//
//	GET            /_setpoint/state      everything that can be watched: State
//	GET            /_setpoint/history    what a target had and its metrics were: History
//	GET            /_setpoint/events     server-sent events, when the state changes: Event
//	GET PUT        /_setpoint/clock      Clock, ClockChange
//	GET PUT DELETE /_setpoint/traffic    Traffic
//	GET PUT DELETE /_setpoint/faults     Fault
//	GET PUT DELETE /_setpoint/resources  Declared
//	POST           /_setpoint/reset
//
// A request that cannot be done is answered with an [Error], which says what is
// wrong and what to write instead.
package admin
