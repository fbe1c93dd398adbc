package cost

// Assumptions are what an estimate takes for granted, beside prices and what was measured.
type Assumptions struct {
	Graviton      float64 `json:"graviton_speed"`     // a core of arm64 against the measured machine's; 1: as fast
	Events        float64 `json:"events_per_payload"` // that CloudWatch Logs packs into one
	BufferSeconds float64 `json:"buffer_seconds"`     // after which Firehose writes an object at the latest
	BufferMB      float64 `json:"buffer_mb"`          // of compressed bytes, after which it does so before that
	KeptDays      float64 `json:"kept_days"`          // of landing objects and lake files
	IndexDays     float64 `json:"index_days"`
	IndexFactor   float64 `json:"index_factor"`   // bytes on the volumes of OpenSearch for a byte of log
	NodeGB        float64 `json:"node_gb"`        // of a data node's volume, at most
	LeastNodes    float64 `json:"least_nodes"`    // data nodes
	Metrics       float64 `json:"metrics"`        // that the functions write
	Alarms        float64 `json:"alarms"`         // of the hub about itself
	LogsRatio     float64 `json:"logs_ratio"`     // CloudWatch Logs' stored bytes for a byte of log
	MachineGBDay  float64 `json:"machine_gb_day"` // of logs that one machine of prices.machine_hour takes in
	HourOfWork    float64 `json:"hour_of_work"`   // of an engineer, in dollars
}

// Usual are the hub's defaults, and beside them:
//
//   - Graviton 1 is unknown until it is measured there; AWS claims more.
//   - IndexFactor is AWS's own rule of thumb without a replica, as CLO's figures have none
//     (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html).
//   - LogsRatio is what AWS's own examples reckon with (https://aws.amazon.com/cloudwatch/pricing/).
//   - MachineGBDay leaves three quarters of a machine to searches and compaction.
func Usual() Assumptions {
	return Assumptions{
		Graviton: 1, Events: 20, BufferSeconds: 300, BufferMB: 64, KeptDays: 30, IndexDays: 7, IndexFactor: 1.45, NodeGB: 1000, LeastNodes: 2,
		Metrics: 10, Alarms: 25, LogsRatio: 0.15, MachineGBDay: 1000, HourOfWork: 100,
	}
}
