package fleet

import "strconv"

// field names a value that a journey carries and lines mention.
type field uint8

const (
	bookingID field = iota
	invoiceID
	teu
	hits
	took
	amount
	userID
	sourceIP
	portPair
	port
	vessel
	voyage
	carrier
	container
	currency
)

var fieldNames = [...]string{
	bookingID: "bookingId", invoiceID: "invoiceId", teu: "teu", hits: "hits", took: "durationMs", amount: "amount",
	userID: "userId", sourceIP: "sourceIP", portPair: "portPair", port: "port", vessel: "vessel", voyage: "voyage",
	carrier: "carrier", container: "container", currency: "currency",
}

// number reports whether JSON writes the field without quotes.
func (f field) number() bool { return f <= amount }

var (
	ports      = []string{"CNSHA", "NLRTM", "DEHAM", "SGSIN", "USLAX", "BEANR", "KRPUS", "AEJEA", "BRSSZ", "INNSA", "JPTYO", "GBFXT"}
	vessels    = []string{"Meridian Aurora", "Meridian Boreas", "Meridian Calypso", "Meridian Delphin", "Ever Onward", "Nordic Whale"}
	carriers   = []string{"MRDN", "NWHL", "EVRO", "PACX"}
	currencies = []string{"EUR", "USD", "CNY", "SGD"}
	agents     = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
		"meridian-mobile/7.4.1 (iOS 18.1)", "okhttp/4.12.0", "python-requests/2.32.3",
	}
)

// A journey is one request and all that is known of it.
type journey struct {
	apiRequest [36]byte // API Gateway's request id: the application hands it on as requestId
	invocation [36]byte // Lambda's request id
	trace      [35]byte // X-Ray root: 1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx
	span       [16]byte
	n          uint64 // of its API since the fleet began
	booking    int64
	invoice    int64
	boxes      int64
	found      int64
	tookMs     int64
	cents      int64
	user       uint64
	ip         [4]byte
	from, to   int
	ship       int
	trip       int64
	line       int
	money      int
	box        int64
	agent      int
}

// begin fills j with a new request that happens at second.
func (j *journey) begin(r *random, second int64) {
	r.uuid(j.apiRequest[:])
	r.uuid(j.invocation[:])
	copy(j.trace[:], "1-")
	hexDigits(j.trace[2:10], uint64(second))
	j.trace[10] = '-'
	hexDigits(j.trace[11:19], r.Uint64())
	hexDigits(j.trace[19:35], r.Uint64())
	hexDigits(j.span[:], r.Uint64())
	v, w := r.Uint64(), r.Uint64()
	j.booking = 4_000_000 + int64(v%900_000)
	j.invoice = 70_000_000 + int64(w%9_000_000)
	j.boxes = 1 + int64(v>>20%24)
	j.found = int64(w >> 24 % 40)
	j.cents = 20_000 + int64(v>>26%4_000_000)
	j.user = w >> 30 % 50_000
	j.ip = [4]byte{byte(81 + v>>50%40), byte(v >> 40), byte(v >> 48), byte(1 + w>>50%250)}
	j.from = int(v >> 32 % uint64(len(ports)))
	j.to = (j.from + 1 + int(w>>36%uint64(len(ports)-1))) % len(ports)
	j.ship = int(w >> 40 % uint64(len(vessels)))
	j.trip = int64(w >> 44 % 400)
	j.line = int(v >> 44 % uint64(len(carriers)))
	j.money = int(v >> 54 % uint64(len(currencies)))
	j.box = 1_000_000 + int64(w>>20%8_000_000)
	j.agent = int(v >> 58 % uint64(len(agents)))
}

// appendField writes the value of f, unquoted.
func (j *journey) appendField(b []byte, f field) []byte {
	switch f {
	case bookingID:
		return strconv.AppendInt(b, j.booking, 10)
	case invoiceID:
		return strconv.AppendInt(b, j.invoice, 10)
	case teu:
		return strconv.AppendInt(b, j.boxes, 10)
	case hits:
		return strconv.AppendInt(b, j.found, 10)
	case took:
		return strconv.AppendInt(b, j.tookMs, 10)
	case amount:
		b = strconv.AppendInt(b, j.cents/100, 10)
		return append(b, '.', '0'+byte(j.cents/10%10), '0'+byte(j.cents%10))
	case userID:
		return strconv.AppendUint(append(b, 'u'), 100_000+j.user, 36)
	case sourceIP:
		return j.appendIP(b)
	case portPair:
		return append(append(append(b, ports[j.from]...), '-'), ports[j.to]...)
	case port:
		return append(b, ports[j.to]...)
	case vessel:
		return append(b, vessels[j.ship]...)
	case voyage:
		return append(strconv.AppendInt(b, j.trip, 10), "W"...)
	case carrier:
		return append(b, carriers[j.line]...)
	case container:
		return strconv.AppendInt(append(append(b, carriers[j.line][:3]...), 'U'), j.box, 10)
	default:
		return append(b, currencies[j.money]...)
	}
}

func (j *journey) appendIP(b []byte) []byte {
	for i, octet := range j.ip {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(octet), 10)
	}
	return b
}

// appendPath writes a path template with its {fields} filled in.
func (j *journey) appendPath(b []byte, template string) []byte {
	for i := 0; i < len(template); i++ {
		if template[i] != '{' {
			b = append(b, template[i])
			continue
		}
		end := i + 1
		for template[end] != '}' {
			end++
		}
		for f, name := range fieldNames {
			if name == template[i+1:end] {
				b = j.appendField(b, field(f))
			}
		}
		i = end
	}
	return b
}
