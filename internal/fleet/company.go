package fleet

import (
	"encoding/hex"
	"hash/fnv"

	seamark "github.com/seamark-hq/seamark"
)

// Account is one AWS account of the company.
type Account struct {
	ID    string // 12 digits
	Alias string
}

// The accounts: production is split by business, the other environments are not.
var (
	commercial = Account{"111122223333", "meridian-commercial"}
	operations = Account{"444455556666", "meridian-operations"}
	staging    = Account{"777788889999", "meridian-staging"}
	sandbox    = Account{"123456789012", "meridian-dev"}
)

// Accounts lists the accounts of the company.
func Accounts() []Account { return []Account{commercial, operations, staging, sandbox} }

// Component is one source of logs: a Lambda function or the stage of an API.
type Component struct {
	Account  Account
	Workload seamark.Workload
	LogGroup string
	API      bool // it writes access logs
}

// Components lists every source of logs, in a fixed order.
func Components() []Component {
	var all []Component
	for _, d := range deployments() {
		if d.api != nil {
			all = append(all, d.api.Component)
		}
		for _, f := range d.functions {
			all = append(all, f.Component)
		}
	}
	return all
}

// An environment and its share of all requests.
type environment struct {
	name  string
	share float64
}

var environments = []environment{{"prod", 0.80}, {"staging", 0.14}, {"dev", 0.06}}

// A deployment is one product in one environment.
type deployment struct {
	product   *product
	env       environment
	rate      float64 // requests per second
	index     uint64
	api       *stage
	functions []*instance
}

// A stage is the deployed API of a product.
type stage struct {
	Component
	api *api
	id  string // API Gateway's id of the API: 10 characters
}

// An instance is a deployed function.
type instance struct {
	Component
	fn         *function
	containers uint64 // concurrent execution environments, each with a log stream
}

func (d *deployment) function(name string) *instance {
	for _, f := range d.functions {
		if f.fn.name == name {
			return f
		}
	}
	return nil
}

// deployments builds the company. Rates are shares of one request per second.
func deployments() []*deployment {
	var all []*deployment
	total := 0.0
	for i := range products {
		total += products[i].weight
	}
	for i := range products {
		p := &products[i]
		for _, env := range environments {
			d := &deployment{product: p, env: env, rate: env.share * p.weight / total, index: uint64(len(all))}
			account, region := p.account, p.region
			switch env.name {
			case "staging":
				account = staging
			case "dev":
				account, region = sandbox, "eu-central-1"
			}
			work := seamark.Workload{Product: p.name, Environment: env.name, Team: p.team, Region: region}
			d.api = newStage(p, account, work)
			for j := range p.functions {
				w := work
				w.Component = p.functions[j].name
				d.functions = append(d.functions, &instance{
					Component: Component{Account: account, Workload: w, LogGroup: "/aws/lambda/" + w.Component},
					fn:        &p.functions[j], containers: 1,
				})
			}
			all = append(all, d)
		}
	}
	return all
}

func newStage(p *product, account Account, w seamark.Workload) *stage {
	id := apiID(p.api.name + account.ID)
	w.Component = p.api.name + "/" + w.Environment
	return &stage{
		Component: Component{Account: account, Workload: w, LogGroup: "/aws/apigateway/" + id + "/" + w.Environment, API: true},
		api:       &p.api, id: id,
	}
}

// apiID makes an id such as API Gateway gives: ten characters that say nothing of the API's name.
func apiID(name string) string {
	h := fnv.New64a()
	h.Write([]byte(name))
	return hex.EncodeToString(h.Sum(nil))[:10]
}
