# frozen_string_literal: true

module CableChat
  # What the widget's endpoints have in common: JSON in both directions, answers that nobody keeps, requests of this site only.
  #
  # They do not inherit from the application's controller: its filters answer with redirects and pages, which the widget could
  # make nothing of.
  class EndpointController < ActionController::Base
    # A token in the page would keep pages from being cached, and an old page from working. `require_same_origin` replaces it.
    skip_forgery_protection

    before_action :forbid_storing
    before_action :require_same_origin

    rescue_from StandardError do |error|
      Rails.error.report(error, handled: true, context: { endpoint: "#{controller_path}##{action_name}" })
      refuse 500, "internal", "Something went wrong. Please try again."
    end
    rescue_from ActionDispatch::Http::Parameters::ParseError, with: :refuse_malformed

    private
      # Rails parses query and body before any filter and handler of ours, for its log.
      def process_action(*)
        super
      rescue ActionController::BadRequest, ActionDispatch::Http::Parameters::ParseError
        forbid_storing
        refuse_malformed
      end

      def forbid_storing
        response.headers["Cache-Control"] = "no-store"
      end

      # Another site could make a browser send the visitor's cookie. A token is never sent by itself, so it needs no such proof.
      def require_same_origin
        return if bearer_token || same_origin?

        refuse 403, "forbidden", "This request comes from another site."
      end

      # Browsers tell it truly, and pages cannot change it. Sec-Fetch-Site comes over HTTPS and from localhost only, Origin with
      # every POST; what sends neither is no browser, and has no visitor's cookies.
      def same_origin?
        site = request.headers["Sec-Fetch-Site"]
        return site == "same-origin" if site.present?

        origin = request.headers["Origin"]
        origin.blank? || Origin.same_host?(origin, host: request.host, port: request.port)
      end

      def bearer_token
        request.headers["Authorization"].to_s[/\ABearer (.+)\z/, 1]
      end

      def refuse_malformed
        refuse 400, "invalid", "The request is malformed."
      end

      def refuse(status, code, message)
        render json: { error: { code: code, message: message } }, status: status
      end
  end
end
