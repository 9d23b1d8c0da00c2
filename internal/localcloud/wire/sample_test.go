package wire

// sample has a member of every kind that the services use.
type sample struct {
	Name     string         `json:"Name,omitempty"`
	Note     *string        `json:"Note,omitempty"`
	Enabled  *bool          `json:"Enabled,omitempty"`
	Count    *int32         `json:"Count,omitempty"`
	Total    int            `json:"Total,omitempty"`
	Ratio    *float64       `json:"Ratio,omitempty"`
	At       *Time          `json:"At,omitempty"`
	Labels   []string       `json:"Labels"`
	Parts    []part         `json:"Parts,omitempty"`
	Inner    *part          `json:"Inner,omitempty"`
	Ignored  string         `json:"-"`
	Untagged string         `json:",omitempty"`
	Free     map[string]int `json:"Free,omitempty"`
	embedded
}

type part struct {
	Key   string `json:"Key"`
	Parts []part `json:"Parts,omitempty"`
}

type embedded struct {
	Flat string `json:"Flat,omitempty"`
}
