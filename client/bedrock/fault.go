package bedrock

import (
	"context"
	"errors"
	"strconv"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

// codes are what AWS's codes mean; those that are not here are classified by
// their message, since one code stands for several things.
var codes = map[string]fault.Kind{
	"ThrottlingException":                 fault.RateLimited,
	"TooManyRequestsException":            fault.RateLimited,
	"ServiceQuotaExceededException":       fault.RateLimited,
	"ModelNotReadyException":              fault.Capacity,
	"ServiceUnavailableException":         fault.Capacity,
	"InternalServerException":             fault.ServerFailed,
	"ModelErrorException":                 fault.ServerFailed,
	"ModelStreamErrorException":           fault.ServerFailed,
	"ModelTimeoutException":               fault.TimedOut,
	"ResourceNotFoundException":           fault.NoDeployment,
	"ExpiredToken":                        fault.KeyExpired,
	"ExpiredTokenException":               fault.KeyExpired,
	"UnrecognizedClientException":         fault.KeyRefused,
	"InvalidClientTokenId":                fault.KeyRefused,
	"InvalidSignatureException":           fault.KeyRefused,
	"IncompleteSignature":                 fault.KeyRefused,
	"MissingAuthenticationTokenException": fault.KeyRefused,
}

// settings name the setting that a failure is about.
var settings = map[fault.Kind]string{
	fault.NoDeployment: "model", fault.ModelGone: "model", fault.Unsupported: "route",
	fault.Unreachable: "region", fault.WrongHost: "region", fault.WrongRegion: "region", fault.KeyRefused: "auth",
}

// fault classifies an error of AWS's library. A context that has ended is asked
// first: the library tells a cancelled request as a broken connection.
func (p *Provider) fault(ctx context.Context, op, model string, err error) error {
	details := []string{"host", p.desc.Host, "name", p.desc.Name, "model", model, "profile", string(p.desc.ID)}
	if ctx.Err() != nil {
		return client.Transport(ctx, op, err, details...)
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		if e, ok := fault.As(err); ok && e.Kind == fault.NoCredentials {
			return e
		}
		return p.blame(client.Transport(ctx, op, plain(err), details...))
	}
	status := 0
	e := fault.E(op, fault.Unknown, nil, details...)
	var resp *awshttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil {
		status = resp.HTTPStatusCode()
		e.Detail["status"] = strconv.Itoa(status)
		e.Detail["request"] = resp.ServiceRequestID()
		e.RetryAfter = openai.RetryAfter(resp.Response.Header, p.opts.Retry.Now())
	}
	e.Kind, e.Detail["message"] = openai.Classify(status, api.ErrorCode(), api.ErrorMessage())
	if kind, ok := codes[api.ErrorCode()]; ok {
		e.Kind = kind
	}
	if e.Kind == fault.Forbidden && api.ErrorCode() == "AccessDeniedException" {
		e.Kind = fault.NoPermission
	}
	return p.blame(e)
}

// plain takes the library's wrapping off an error of the connection.
func plain(err error) error {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		err = op.Err
	}
	var sent *awshttp.ResponseError
	if errors.As(err, &sent) {
		return sent.Err
	}
	return err
}

func (p *Provider) blame(err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	if setting := settings[e.Kind]; setting != "" && e.Detail["setting"] == "" {
		e.Detail["setting"] = setting
	}
	return err
}
