package admin

// Endpoints lists the methods and paths below /_setpoint/, such as "PUT clock".
func Endpoints() []string {
	list := []string{"GET events", "GET health"}
	for name, methods := range endpoints {
		for method := range methods {
			list = append(list, method+" "+name)
		}
	}
	return list
}
